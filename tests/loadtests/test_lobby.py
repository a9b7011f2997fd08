"""Every arrival finds a user who waits, or is counted as dropped."""

from random import Random

import gevent
import pytest
from gevent import GreenletExit

from loadtests.arrivals import GAPS, Arrivals
from loadtests.lobby import Lobby
from loadtests.shapes import Shape, Stage

PATIENCE = 30.0


def lobby(rate: float, seconds: float) -> Lobby:
    shape = Shape("steady", (Stage(seconds, 1.0, 1.0),))
    return Lobby(Arrivals(rate, shape, GAPS["constant"](Random(1))))


def user(lobby: Lobby, journey: float, lateness: list[float]) -> None:
    """Makes journeys of so many seconds until it is sent home."""
    while True:
        lateness.append(lobby.wait())
        gevent.sleep(journey)
        lobby.left()


def settle(lobby: Lobby, arrivals: int) -> None:
    """Until so many have been due."""
    with gevent.Timeout(PATIENCE):
        while lobby.ledger.offered < arrivals:
            gevent.sleep(0.01)


def test_arrivals_that_find_no_user_are_dropped_and_all_others_served() -> None:
    here = lobby(rate=200, seconds=0.5)
    late: list[float] = []
    greenlets = [gevent.spawn(user, here, 10.0, late) for _ in range(3)]
    gevent.idle()
    here.set_out(0.5, 0.0)
    here.open()
    settle(here, 100)
    assert (here.ledger.offered, here.ledger.dropped, len(late)) == (100, 97, 3)
    assert here.ledger.most_users == 3
    here.stop()
    gevent.killall(greenlets)


def test_users_who_are_quick_are_few_however_many_wait() -> None:
    """Last come, first gone: the pool is used no deeper than the load needs."""
    here = lobby(rate=50, seconds=0.4)
    late: list[float] = []
    greenlets = [gevent.spawn(user, here, 0.0, late) for _ in range(100)]
    gevent.idle()
    here.set_out(0.4, 0.0)
    here.open()
    settle(here, 20)
    gevent.sleep(0.05)
    assert here.ledger.dropped == 0
    assert here.ledger.finished == here.ledger.offered
    assert here.ledger.most_users < 100
    assert all(each >= 0 for each in late)
    here.stop()
    gevent.joinall(greenlets, timeout=PATIENCE, raise_error=True)
    assert all(isinstance(each.value, GreenletExit) for each in greenlets)


def test_while_it_is_closed_nothing_is_due_and_the_plan_rests() -> None:
    here = lobby(rate=100, seconds=1.0)
    late: list[float] = []
    greenlets = [gevent.spawn(user, here, 0.0, late) for _ in range(10)]
    gevent.idle()
    here.set_out(1.0, 0.0)
    here.open()
    settle(here, 20)
    here.close()
    gevent.sleep(0.02)
    due = here.ledger.offered
    gevent.sleep(0.3)
    assert here.ledger.offered == due
    here.open()
    settle(here, 100)
    assert here.ledger.offered == 100
    here.stop()
    gevent.joinall(greenlets, timeout=PATIENCE)


def test_a_user_who_is_gone_gets_no_journey() -> None:
    here = lobby(rate=20, seconds=0.5)
    late: list[float] = []
    gone, there = (gevent.spawn(user, here, 0.0, late) for _ in range(2))
    gevent.idle()
    gone.kill()
    here.set_out(0.5, 0.0)
    here.open()
    settle(here, 10)
    gevent.sleep(0.05)
    assert here.ledger.dropped == 0
    assert here.ledger.finished == 10
    here.stop()
    there.join(PATIENCE)


def test_after_its_end_nobody_waits_in_it() -> None:
    here = lobby(rate=1, seconds=1.0)
    here.stop()
    with pytest.raises(GreenletExit):
        here.wait()


def test_a_late_process_begins_in_the_middle_of_the_plan() -> None:
    here = lobby(rate=100, seconds=1.0)
    late: list[float] = []
    greenlets = [gevent.spawn(user, here, 0.0, late) for _ in range(10)]
    gevent.idle()
    here.set_out(1.0, 0.8)
    here.open()
    settle(here, 20)
    gevent.sleep(0.3)
    assert here.ledger.offered == pytest.approx(20, abs=1)
    here.stop()
    gevent.joinall(greenlets, timeout=PATIENCE)


def test_a_new_page_begins_with_who_is_at_work() -> None:
    here = lobby(rate=100, seconds=0.05)
    late: list[float] = []
    greenlets = [gevent.spawn(user, here, 10.0, late) for _ in range(5)]
    gevent.idle()
    here.set_out(0.05, 0.0)
    here.open()
    settle(here, 5)
    here.turn_page()
    assert (here.ledger.offered, here.ledger.most_users) == (0, 5)
    here.stop()
    gevent.killall(greenlets)
