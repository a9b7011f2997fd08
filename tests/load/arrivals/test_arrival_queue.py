"""Each arrival goes to a waiting user, or is dropped and counted."""

from random import Random

import gevent
import pytest
from gevent import GreenletExit

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.arrival_queue import ArrivalQueue
from mario_perf.load.arrivals.arrival_schedule import GAPS, ArrivalSchedule, Share
from mario_perf.load.arrivals.shapes import Shape, Stage
from mario_perf.validity.run_checks import MAX_LAG
from tests.load.virtual_time import VirtualTime

PATIENCE = 30.0

pytestmark = pytest.mark.usefixtures("virtual_time")


def new_queue(rate: float, seconds: float) -> ArrivalQueue:
    shape = Shape("steady", (Stage(seconds, 1.0, 1.0),))
    return ArrivalQueue(ArrivalSchedule(rate, shape, GAPS["constant"](Random(1))))


def started_queue(rate: float, seconds: float) -> ArrivalQueue:
    """One whose plan has begun."""
    queue = new_queue(rate, seconds)
    queue.start(seconds, 0.0)
    queue.resume()
    return queue


def user(queue: ArrivalQueue, journey: float, lateness: list[float]) -> None:
    """Run journeys of this many seconds until the queue ends the user."""
    while True:
        lateness.append(queue.wait())
        gevent.sleep(journey)
        queue.finish(completed=True)


def wait_for_arrivals(queue: ArrivalQueue, arrivals: int) -> None:
    """Wait until this many arrivals were offered."""
    with gevent.Timeout(PATIENCE):
        while queue.counters.offered < arrivals:
            gevent.sleep(0.01)


def test_arrivals_without_a_free_user_are_dropped() -> None:
    queue = new_queue(rate=200, seconds=0.5)
    late: list[float] = []
    greenlets = [gevent.spawn(user, queue, 10.0, late) for _ in range(3)]
    gevent.idle()
    queue.start(0.5, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 100)
    assert (queue.counters.offered, queue.counters.dropped, len(late)) == (100, 97, 3)
    assert queue.counters.most_users == 3
    queue.stop()
    gevent.killall(greenlets)


def test_quick_journeys_need_few_users() -> None:
    """Last come, first gone: the pool is used no deeper than the load needs."""
    queue = new_queue(rate=50, seconds=0.4)
    late: list[float] = []
    greenlets = [gevent.spawn(user, queue, 0.0, late) for _ in range(100)]
    gevent.idle()
    queue.start(0.4, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 20)
    gevent.sleep(0.05)
    assert queue.counters.dropped == 0
    assert queue.counters.finished == queue.counters.offered
    assert queue.counters.most_users < 100
    assert all(each >= 0 for each in late)
    queue.stop()
    gevent.joinall(greenlets, timeout=PATIENCE, raise_error=True)
    assert all(isinstance(each.value, GreenletExit) for each in greenlets)


def test_a_paused_queue_offers_no_arrivals() -> None:
    queue = new_queue(rate=100, seconds=1.0)
    late: list[float] = []
    greenlets = [gevent.spawn(user, queue, 0.0, late) for _ in range(10)]
    gevent.idle()
    queue.start(1.0, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 20)
    queue.pause()
    gevent.sleep(0.02)
    due = queue.counters.offered
    gevent.sleep(0.3)
    assert queue.counters.offered == due
    queue.resume()
    wait_for_arrivals(queue, 100)
    assert queue.counters.offered == 100
    queue.stop()
    gevent.joinall(greenlets, timeout=PATIENCE)


def test_a_user_that_has_ended_gets_no_journey() -> None:
    queue = new_queue(rate=20, seconds=0.5)
    late: list[float] = []
    gone, there = (gevent.spawn(user, queue, 0.0, late) for _ in range(2))
    gevent.idle()
    gone.kill()
    queue.start(0.5, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 10)
    gevent.sleep(0.05)
    assert queue.counters.dropped == 0
    assert queue.counters.finished == 10
    queue.stop()
    there.join(PATIENCE)


def test_users_run_even_at_a_rate_too_high_to_dispatch(virtual_time: VirtualTime) -> None:
    queue = new_queue(rate=10e6, seconds=1.0)
    queue.start(1.0, 0.0)
    queue.resume()
    virtual_time.freeze(1.0)
    gevent.sleep(0.001)  # before it let others go on, it came to its end first
    assert 0 < queue.counters.offered < 1e6
    queue.stop()


def test_a_user_killed_at_its_dispatch_is_not_busy() -> None:
    queue = new_queue(rate=1, seconds=1.0)
    going = gevent.spawn(user, queue, 10.0, [])
    gevent.idle()
    going.kill(block=False)
    queue._dispatch(0.0)
    going.join()
    counters = queue.take_counters(5)
    assert (counters.offered, counters.dropped, counters.finished, counters.under_way_at_end) == (1, 0, 0, 0)


def test_each_arrival_is_finished_dropped_or_under_way() -> None:
    queue = new_queue(rate=200, seconds=0.2)
    users = [gevent.spawn(user, queue, 0.03, []) for _ in range(3)]
    gevent.idle()
    queue.start(0.2, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 10)
    queue.reset_counters()
    wait_for_arrivals(queue, 20)
    taken = queue.take_counters(5)
    began = taken.under_way_at_start + taken.offered - taken.dropped
    assert taken.dropped > 0
    assert began == taken.finished + taken.under_way_at_end
    assert queue.counters.offered == 0
    queue.stop()
    gevent.joinall(users, timeout=PATIENCE)


def test_due_and_offered_arrivals_are_the_same() -> None:
    queue = started_queue(rate=200, seconds=0.3)
    wait_for_arrivals(queue, 60)
    gevent.sleep(0.05)
    queue.pause()
    taken = queue.take_counters(0)
    assert (taken.due, taken.offered) == (60, 60)
    queue.stop()


def test_arrivals_missed_by_a_frozen_process_count_as_due(virtual_time: VirtualTime) -> None:
    """And was so when it was due, not in the window that began while it was overdue."""
    queue = started_queue(rate=100, seconds=60.0)
    wait_for_arrivals(queue, 5)
    virtual_time.freeze(0.5)
    queue.pause()
    before = queue.take_counters(0)
    assert before.due - before.offered == pytest.approx(50, abs=1)
    queue.reset_counters()
    queue.resume()
    wait_for_arrivals(queue, 60)
    queue.pause()
    within = queue.take_counters(0)
    assert within.offered - within.due == before.due - before.offered
    queue.stop()


def test_journeys_delayed_by_a_frozen_process_are_too_late_for_a_valid_run(
    virtual_time: VirtualTime,
) -> None:
    """The freeze is long enough that a tenth of the journeys are late."""
    queue, late = new_queue(rate=500, seconds=60.0), list[float]()
    users = [gevent.spawn(user, queue, 0.0, late) for _ in range(100)]
    gevent.idle()
    queue.start(60.0, 0.0)
    queue.resume()
    queue.reset_counters()
    wait_for_arrivals(queue, 300)
    virtual_time.freeze(0.15)
    wait_for_arrivals(queue, 700)
    queue.pause()
    gevent.sleep(0.01)
    counts = queue.take_counters(0).record()
    assert counts.late_p99 > MAX_LAG
    queue.stop()
    gevent.joinall(users, timeout=PATIENCE)


def test_a_queue_without_a_share_waits_and_starts_with_one() -> None:
    """What was due before is left out: many in the first moment, then a few a second."""
    shape = Shape("crowd", (Stage(0.2, 1.0, 1.0), Stage(999.8, 0.01, 0.01)))
    queue = ArrivalQueue(ArrivalSchedule(2000.0, shape, GAPS["constant"](Random(1))))
    queue.set_share(None, 0.0)
    queue.start(1000.0, 0.0)
    queue.resume()
    gevent.sleep(0.25)
    assert queue.counters.offered == 0
    queue.set_share(Share(1, 2), 0.25)
    wait_for_arrivals(queue, 3)
    assert queue.counters.offered < 200
    queue.stop()


def test_a_change_of_share_wakes_the_dispatcher() -> None:
    """Of a thousand it would have slept for 500 s."""
    queue = new_queue(rate=1, seconds=1000.0)
    queue.set_share(Share(500, 1000), 0.0)
    queue.start(1000.0, 0.0)
    queue.resume()
    gevent.sleep(0.01)
    queue.set_share(Share(), 0.0)
    wait_for_arrivals(queue, 1)
    queue.stop()


@pytest.mark.parametrize(("before", "after"), [(1, 4), (8, 16), (16, 3)])
def test_a_change_of_processes_neither_doubles_nor_loses_arrivals(before: int, after: int) -> None:
    """All processes get the same future moment."""
    queues = [new_queue(rate=200, seconds=1.0) for _ in range(max(before, after))]
    for place, each in enumerate(queues):
        each.set_share(Share(place, before) if place < before else None, 0.0)
        each.start(1.0, 0.0)
        each.resume()
    gevent.sleep(0.3)
    for place, each in enumerate(queues):
        each.set_share(Share(place, after) if place < after else None, 0.6)
        gevent.sleep(0.01)
    with gevent.Timeout(PATIENCE):
        while any(each._schedule.peek() is not None for each in queues):
            gevent.sleep(0.01)
    assert sum(each.counters.offered for each in queues) == 200
    for each in queues:
        each.stop()


def test_concurrent_changes_of_share_dispatch_each_arrival_once() -> None:
    """As when two workers are lost in one moment: each message comes in a greenlet of its own."""
    queue = started_queue(rate=20, seconds=0.5)
    gevent.sleep(0.01)
    gevent.joinall([gevent.spawn(queue.set_share, Share(), 0.0) for _ in range(3)], timeout=PATIENCE)
    with gevent.Timeout(PATIENCE):
        while queue._schedule.peek() is not None:
            assert queue.counters.offered <= queue._clock.now * 20 + 0.5  # none before it is due
            gevent.sleep(0.01)
    assert queue.counters.offered == 10
    queue.stop()


def test_a_change_of_share_during_the_stop_dispatches_nothing() -> None:
    queue = started_queue(rate=1000, seconds=60.0)
    wait_for_arrivals(queue, 1)
    change = gevent.spawn(queue.set_share, Share(), 0.0)
    gevent.sleep(0)
    queue.stop()
    change.join(timeout=PATIENCE)
    offered = queue.counters.offered
    gevent.sleep(0.05)
    assert queue.counters.offered == offered


def test_paused_time_does_not_count_as_lateness() -> None:
    queue = started_queue(rate=1000, seconds=60.0)
    late: list[float] = []
    waiting = gevent.spawn(user, queue, 60.0, late)
    wait_for_arrivals(queue, 1)
    queue.pause()
    queue._pending.append((queue._clock.now, queue.counters))  # made before the rest, kept after it
    gevent.sleep(0.3)
    queue.resume()
    gevent.spawn(user, queue, 60.0, late).join(timeout=0.01)
    assert len(late) == 2
    assert max(late) < 0.25
    queue.stop()
    waiting.kill()


def test_a_stopped_queue_ends_its_users() -> None:
    queue = new_queue(rate=1, seconds=1.0)
    queue.stop()
    with pytest.raises(GreenletExit):
        queue.wait()


def test_a_late_process_starts_in_the_middle_of_the_schedule() -> None:
    queue = new_queue(rate=100, seconds=1.0)
    late: list[float] = []
    greenlets = [gevent.spawn(user, queue, 0.0, late) for _ in range(10)]
    gevent.idle()
    queue.start(1.0, 0.8)
    queue.resume()
    wait_for_arrivals(queue, 20)
    gevent.sleep(0.3)
    assert queue.counters.offered == pytest.approx(20, abs=1)
    queue.stop()
    gevent.joinall(greenlets, timeout=PATIENCE)


def test_reset_counters_start_with_the_busy_users() -> None:
    queue = new_queue(rate=100, seconds=0.05)
    late: list[float] = []
    greenlets = [gevent.spawn(user, queue, 10.0, late) for _ in range(5)]
    gevent.idle()
    queue.start(0.05, 0.0)
    queue.resume()
    wait_for_arrivals(queue, 5)
    queue.reset_counters()
    counters = queue.counters
    assert (counters.offered, counters.under_way_at_start, counters.most_users) == (0, 5, 5)
    queue.stop()
    gevent.killall(greenlets)


@pytest.mark.parametrize("shape", shapes.load(shapes.BUILT_IN).values(), ids=lambda shape: shape.name)
def test_offered_arrivals_follow_the_area_of_each_shape(shape: Shape) -> None:
    rate = 500 / sum(stage.area for stage in shape.stages)
    queue = ArrivalQueue(ArrivalSchedule(rate, shape, GAPS["constant"](Random(1))))
    queue.start(shape.seconds, 0.0)
    queue.resume()
    for quarter in (1, 2, 3, 4):
        gevent.sleep(shape.seconds / 4)
        assert queue.counters.offered == pytest.approx(
            rate * shape.area_until(quarter * shape.seconds / 4), abs=1
        )
    queue.stop()
