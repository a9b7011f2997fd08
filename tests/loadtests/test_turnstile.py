"""At a quiet edge nobody is inside."""

import gevent
import pytest
from gevent import GreenletExit

from mario_perf.load.users.quiesce_barrier import Turnstile

PATIENCE = 30.0

pytestmark = pytest.mark.usefixtures("virtual_time")


def test_nobody_inside_is_quiet_at_once() -> None:
    assert Turnstile().hold(0)


def test_it_is_quiet_when_the_last_has_left() -> None:
    turnstile, leave = Turnstile(), gevent.event.Event()

    def stay() -> None:
        with turnstile:
            leave.wait()

    inside = [gevent.spawn(stay) for _ in range(3)]
    gevent.idle()
    assert not turnstile.hold(0.01)
    leave.set()
    assert turnstile.hold(PATIENCE)
    gevent.joinall(inside, timeout=PATIENCE, raise_error=True)


def test_who_comes_while_it_is_held_waits_for_its_release() -> None:
    turnstile, passed = Turnstile(), []

    def come() -> None:
        with turnstile:
            passed.append(1)

    turnstile.hold(0)
    users = [gevent.spawn(come) for _ in range(5)]
    gevent.sleep(0.01)
    assert passed == []
    turnstile.release(0.001)
    gevent.joinall(users, timeout=PATIENCE, raise_error=True)
    assert len(passed) == 5
    assert turnstile.hold(0)


def test_who_waits_is_sent_home_when_it_closes() -> None:
    turnstile = Turnstile()

    def come() -> str:
        try:
            with turnstile:
                return "inside"
        except GreenletExit:
            return "home"

    turnstile.hold(0)
    user = gevent.spawn(come)
    gevent.sleep(0.01)
    turnstile.close()
    assert user.get(timeout=PATIENCE) == "home"
    with pytest.raises(GreenletExit), turnstile:
        pytest.fail("it is closed")


def test_who_fails_inside_has_left() -> None:
    turnstile = Turnstile()
    with pytest.raises(ZeroDivisionError), turnstile:
        raise ZeroDivisionError
    assert turnstile.hold(0)
