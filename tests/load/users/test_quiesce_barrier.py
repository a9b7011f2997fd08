"""At a quiet edge no request is in flight."""

import gevent
import pytest
from gevent import GreenletExit

from mario_perf.load.users.quiesce_barrier import QuiesceBarrier

PATIENCE = 30.0

pytestmark = pytest.mark.usefixtures("virtual_time")


def test_without_requests_it_is_quiet_at_once() -> None:
    assert QuiesceBarrier().quiesce(0)


def test_it_is_quiet_when_the_last_request_ends() -> None:
    barrier, leave = QuiesceBarrier(), gevent.event.Event()

    def stay() -> None:
        with barrier:
            leave.wait()

    inside = [gevent.spawn(stay) for _ in range(3)]
    gevent.idle()
    assert not barrier.quiesce(0.01)
    leave.set()
    assert barrier.quiesce(PATIENCE)
    gevent.joinall(inside, timeout=PATIENCE, raise_error=True)


def test_new_requests_wait_for_the_release() -> None:
    barrier, passed = QuiesceBarrier(), []

    def come() -> None:
        with barrier:
            passed.append(1)

    barrier.quiesce(0)
    users = [gevent.spawn(come) for _ in range(5)]
    gevent.sleep(0.01)
    assert passed == []
    barrier.release(0.001)
    gevent.joinall(users, timeout=PATIENCE, raise_error=True)
    assert len(passed) == 5
    assert barrier.quiesce(0)


def test_closing_ends_the_users_that_wait() -> None:
    barrier = QuiesceBarrier()

    def come() -> str:
        try:
            with barrier:
                return "inside"
        except GreenletExit:
            return "home"

    barrier.quiesce(0)
    user = gevent.spawn(come)
    gevent.sleep(0.01)
    barrier.close()
    assert user.get(timeout=PATIENCE) == "home"
    with pytest.raises(GreenletExit), barrier:
        pytest.fail("it is closed")


def test_a_request_that_fails_is_not_in_flight() -> None:
    barrier = QuiesceBarrier()
    with pytest.raises(ZeroDivisionError), barrier:
        raise ZeroDivisionError
    assert barrier.quiesce(0)
