"""A quota limits users at a time, even when the limit changes."""

import gevent
import pytest
from quota import Quota


@pytest.mark.usefixtures("virtual_time")
def test_a_quota_limits_users_at_a_time_and_serves_all() -> None:
    quota = Quota()
    inside: list[int] = []
    most = 2

    def user(number: int) -> None:
        with quota.place(most):
            inside.append(number)
            together.append(len(inside))
            gevent.sleep(1.0)
            inside.remove(number)

    together: list[int] = []
    gevent.joinall([gevent.spawn(user, number) for number in range(10)], raise_error=True, timeout=30)
    assert len(together) == 10
    assert max(together) == 2
    most = 4
    gevent.joinall([gevent.spawn(user, number) for number in range(10)], raise_error=True, timeout=30)
    assert max(together) == 4
