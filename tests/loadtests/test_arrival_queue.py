"""Every arrival finds a user who waits, or is counted as dropped."""

from random import Random

import gevent
import pytest
from gevent import GreenletExit

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.arrival_queue import Lobby
from mario_perf.load.arrivals.arrival_schedule import GAPS, Arrivals, Part
from mario_perf.load.arrivals.shapes import Shape, Stage
from mario_perf.validity.run_checks import LONGEST_LAG
from tests.loadtests.virtual_time import VirtualTime

PATIENCE = 30.0

pytestmark = pytest.mark.usefixtures("virtual_time")


def lobby(rate: float, seconds: float) -> Lobby:
    shape = Shape("steady", (Stage(seconds, 1.0, 1.0),))
    return Lobby(Arrivals(rate, shape, GAPS["constant"](Random(1))))


def opened(rate: float, seconds: float) -> Lobby:
    """One whose plan has begun."""
    here = lobby(rate, seconds)
    here.set_out(seconds, 0.0)
    here.open()
    return here


def user(lobby: Lobby, journey: float, lateness: list[float]) -> None:
    """Makes journeys of so many seconds until it is sent home."""
    while True:
        lateness.append(lobby.wait())
        gevent.sleep(journey)
        lobby.left(whole=True)


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


def test_at_a_rate_that_nobody_can_call_others_go_on_all_the_same(virtual_time: VirtualTime) -> None:
    here = lobby(rate=10e6, seconds=1.0)
    here.set_out(1.0, 0.0)
    here.open()
    virtual_time.freeze(1.0)
    gevent.sleep(0.001)  # before it let others go on, it came to its end first
    assert 0 < here.ledger.offered < 1e6
    here.stop()


def test_a_user_who_goes_in_the_moment_of_being_called_is_not_at_work() -> None:
    here = lobby(rate=1, seconds=1.0)
    going = gevent.spawn(user, here, 10.0, [])
    gevent.idle()
    going.kill(block=False)
    here._call(0.0)
    going.join()
    ledger = here.close_ledger(5)
    assert (ledger.offered, ledger.dropped, ledger.finished, ledger.under_way_at_end) == (1, 0, 0, 0)


def test_what_arrived_is_finished_dropped_or_under_way() -> None:
    here = lobby(rate=200, seconds=0.2)
    users = [gevent.spawn(user, here, 0.03, []) for _ in range(3)]
    gevent.idle()
    here.set_out(0.2, 0.0)
    here.open()
    settle(here, 10)
    here.turn_page()
    settle(here, 20)
    seen = here.close_ledger(5)
    began = seen.under_way_at_start + seen.offered - seen.dropped
    assert seen.dropped > 0
    assert began == seen.finished + seen.under_way_at_end
    assert here.ledger.offered == 0
    here.stop()
    gevent.joinall(users, timeout=PATIENCE)


def test_all_that_arrived_was_due_and_all_that_was_due_arrived() -> None:
    here = opened(rate=200, seconds=0.3)
    settle(here, 60)
    gevent.sleep(0.05)
    here.close()
    seen = here.close_ledger(0)
    assert (seen.due, seen.offered) == (60, 60)
    here.stop()


def test_what_a_frozen_process_did_not_come_to_was_due_all_the_same(virtual_time: VirtualTime) -> None:
    """And was so when it was due, not in the window that began while it was overdue."""
    here = opened(rate=100, seconds=60.0)
    settle(here, 5)
    virtual_time.freeze(0.5)
    here.close()
    before = here.close_ledger(0)
    assert before.due - before.offered == pytest.approx(50, abs=1)
    here.turn_page()
    here.open()
    settle(here, 60)
    here.close()
    within = here.close_ledger(0)
    assert within.offered - within.due == before.due - before.offered
    here.stop()


def test_journeys_that_a_frozen_process_came_to_later_are_too_late_for_a_valid_run(
    virtual_time: VirtualTime,
) -> None:
    """A tenth of the time: whoever looks less often than journeys arrive may miss it."""
    here, late = lobby(rate=500, seconds=60.0), list[float]()
    users = [gevent.spawn(user, here, 0.0, late) for _ in range(100)]
    gevent.idle()
    here.set_out(60.0, 0.0)
    here.open()
    here.turn_page()
    settle(here, 300)
    virtual_time.freeze(0.15)
    settle(here, 700)
    here.close()
    gevent.sleep(0.01)
    counts = here.close_ledger(0).record()
    assert counts.late_p99 > LONGEST_LAG
    here.stop()
    gevent.joinall(users, timeout=PATIENCE)


def test_who_sits_out_calls_nobody_and_begins_at_once_when_told_to_take_part() -> None:
    """What was due before is left out: many in the first moment, then a few a second."""
    shape = Shape("crowd", (Stage(0.2, 1.0, 1.0), Stage(999.8, 0.01, 0.01)))
    here = Lobby(Arrivals(2000.0, shape, GAPS["constant"](Random(1))))
    here.share(None, 0.0)
    here.set_out(1000.0, 0.0)
    here.open()
    gevent.sleep(0.25)
    assert here.ledger.offered == 0
    here.share(Part(1, 2), 0.25)
    settle(here, 3)
    assert here.ledger.offered < 200
    here.stop()


def test_who_sleeps_until_an_arrival_that_is_another_s_now_wakes_for_its_own() -> None:
    """Of a thousand it would have slept for 500 s."""
    here = lobby(rate=1, seconds=1000.0)
    here.share(Part(500, 1000), 0.0)
    here.set_out(1000.0, 0.0)
    here.open()
    gevent.sleep(0.01)
    here.share(Part(), 0.0)
    settle(here, 1)
    here.stop()


@pytest.mark.parametrize(("before", "after"), [(1, 4), (8, 16), (16, 3)])
def test_no_arrival_is_doubled_and_none_lost_when_the_number_of_processes_changes(
    before: int, after: int
) -> None:
    """All are told of one moment that is still to come."""
    lobbies = [lobby(rate=200, seconds=1.0) for _ in range(max(before, after))]
    for place, each in enumerate(lobbies):
        each.share(Part(place, before) if place < before else None, 0.0)
        each.set_out(1.0, 0.0)
        each.open()
    gevent.sleep(0.3)
    for place, each in enumerate(lobbies):
        each.share(Part(place, after) if place < after else None, 0.6)
        gevent.sleep(0.01)
    with gevent.Timeout(PATIENCE):
        while any(each._arrivals.peek() is not None for each in lobbies):
            gevent.sleep(0.01)
    assert sum(each.ledger.offered for each in lobbies) == 200
    for each in lobbies:
        each.stop()


def test_who_is_told_twice_at_once_gives_its_arrivals_once() -> None:
    """As when two workers are lost in one moment: each message comes in a greenlet of its own."""
    here = opened(rate=20, seconds=0.5)
    gevent.sleep(0.01)
    gevent.joinall([gevent.spawn(here.share, Part(), 0.0) for _ in range(3)], timeout=PATIENCE)
    with gevent.Timeout(PATIENCE):
        while here._arrivals.peek() is not None:
            assert here.ledger.offered <= here._clock.now * 20 + 0.5  # none before it is due
            gevent.sleep(0.01)
    assert here.ledger.offered == 10
    here.stop()


def test_who_is_told_while_it_stops_calls_nobody_any_more() -> None:
    here = opened(rate=1000, seconds=60.0)
    settle(here, 1)
    told = gevent.spawn(here.share, Part(), 0.0)
    gevent.sleep(0)
    here.stop()
    told.join(timeout=PATIENCE)
    offered = here.ledger.offered
    gevent.sleep(0.05)
    assert here.ledger.offered == offered


def test_the_time_in_which_the_plan_rests_is_nobody_s_lateness() -> None:
    here = opened(rate=1000, seconds=60.0)
    late: list[float] = []
    waiting = gevent.spawn(user, here, 60.0, late)
    settle(here, 1)
    here.close()
    here._promised.append((here._clock.now, here.ledger))  # made before the rest, kept after it
    gevent.sleep(0.3)
    here.open()
    gevent.spawn(user, here, 60.0, late).join(timeout=0.01)
    assert len(late) == 2
    assert max(late) < 0.25
    here.stop()
    waiting.kill()


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
    ledger = here.ledger
    assert (ledger.offered, ledger.under_way_at_start, ledger.most_users) == (0, 5, 5)
    here.stop()
    gevent.killall(greenlets)


@pytest.mark.parametrize("shape", shapes.load(shapes.BUILT_IN).values(), ids=lambda shape: shape.name)
def test_every_shape_brings_as_many_as_it_has_area(shape: Shape) -> None:
    rate = 500 / sum(stage.area for stage in shape.stages)
    here = Lobby(Arrivals(rate, shape, GAPS["constant"](Random(1))))
    here.set_out(shape.seconds, 0.0)
    here.open()
    for quarter in (1, 2, 3, 4):
        gevent.sleep(shape.seconds / 4)
        assert here.ledger.offered == pytest.approx(
            rate * shape.area_until(quarter * shape.seconds / 4), abs=1
        )
    here.stop()
