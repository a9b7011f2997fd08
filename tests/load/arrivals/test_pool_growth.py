"""An arrival without a free user starts one, up to the limit; no arrival is lost."""

from collections.abc import Iterator
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any

import gevent
import pytest
from gevent import Greenlet, GreenletExit
from gevent.pool import Group
from gevent.queue import Queue
from hypothesis import given, settings
from hypothesis import strategies as st

from mario_perf.load.arrivals.arrival_queue import ArrivalQueue
from mario_perf.load.arrivals.arrival_schedule import GAPS, ArrivalSchedule, Share
from mario_perf.load.arrivals.shapes import Shape, Stage
from tests.load.virtual_time import VirtualTime

if TYPE_CHECKING:
    from mario_perf.load.arrivals.arrival_counters import ArrivalCounters

PATIENCE = 30.0


class Act(StrEnum):
    """What may happen to a starting user, to a busy one, to any one, or to the queue."""

    READY, ENDS, GOES, STOPPED = "is ready", "ends a journey", "goes", "is stopped"
    ARRIVES, PAGE = "a journey arrives", "a page is turned"


class Pool:
    """An arrival queue, and users that act only when the test tells them to."""

    def __init__(self, limit: int, at_first: int = 0) -> None:
        shape = Shape("steady", (Stage(1.0, 1.0, 1.0),))
        arrivals = ArrivalSchedule(1.0, shape, GAPS["constant"](Random(1)))
        self.queue = ArrivalQueue(arrivals, self, limit)
        self.lateness: list[float] = []
        self.pages: list[ArrivalCounters] = [self.queue.counters]
        self._group = Group()
        self._acts: dict[Greenlet, Queue[Act]] = {}
        self.busy: list[Greenlet] = []
        self.starting: list[Greenlet] = []
        for _ in range(at_first):
            self.tell(self.start(), Act.READY)

    @property
    def users(self) -> int:
        return len(self._group)

    @property
    def all_users(self) -> list[Greenlet]:
        return [user for user in self._acts if user in self._group]

    def start(self) -> Greenlet:
        acts: Queue[Act] = Queue()
        user: Greenlet = self._group.spawn(self._live, acts)
        self._acts[user] = acts
        self.starting.append(user)
        return user

    def tell(self, user: Greenlet, what: Act) -> None:
        self._acts[user].put(what)
        gevent.idle()

    def stop(self, user: Greenlet) -> None:
        """As Locust does when there are to be fewer."""
        user.kill(timeout=PATIENCE)
        gevent.idle()

    def arrive(self, due: float = 0.0) -> None:
        self.queue._dispatch(due)
        gevent.idle()

    def reset_counters(self) -> None:
        self.queue.reset_counters()
        self.pages.append(self.queue.counters)

    def close(self) -> None:
        self.queue.stop()
        self._group.kill(timeout=PATIENCE)
        gevent.idle()

    def _live(self, acts: "Queue[Act]") -> None:
        user = gevent.getcurrent()
        try:
            goes_on = acts.get() == Act.READY
        finally:
            self.starting.remove(user)
        while goes_on:
            self.lateness.append(self.queue.wait())
            self.busy.append(user)
            goes_on = False
            try:
                goes_on = acts.get() == Act.ENDS
            finally:
                self.busy.remove(user)
                self.queue.finish(completed=goes_on)

    @property
    def offered(self) -> int:
        return sum(page.offered for page in self.pages)

    @property
    def dropped(self) -> int:
        return sum(page.dropped for page in self.pages)


@pytest.fixture
def make_pool() -> Iterator[Any]:
    built: list[Pool] = []

    def build(limit: int, at_first: int = 0) -> Pool:
        built.append(Pool(limit, at_first))
        return built[-1]

    yield build
    for each in built:
        each.close()


def test_a_pool_at_its_limit_drops_arrivals(make_pool: Any) -> None:
    pool = make_pool(limit=4, at_first=2)
    for _ in range(6):
        pool.arrive()
    assert (pool.users, len(pool.busy), pool.dropped) == (4, 2, 2)
    for user in list(pool.starting):
        pool.tell(user, Act.READY)
    assert (len(pool.lateness), pool.queue.counters.most_users) == (4, 4)


def test_an_arrival_is_late_by_the_time_that_a_new_user_takes_to_start(
    virtual_time: VirtualTime, make_pool: Any
) -> None:
    pool = make_pool(limit=1)
    pool.queue.resume()
    pool.arrive(pool.queue._clock.now)
    virtual_time.freeze(0.05)
    pool.tell(pool.starting[0], Act.READY)
    assert pool.lateness == [pytest.approx(0.05, abs=1e-4)]
    assert pool.queue.counters.lateness.maximum_us == pytest.approx(50_000, rel=0.01)


def test_the_first_free_user_takes_a_pending_arrival(make_pool: Any) -> None:
    pool = make_pool(limit=5, at_first=1)
    pool.arrive()
    (busy,) = pool.busy
    pool.arrive()
    pool.tell(busy, Act.ENDS)
    assert pool.busy == [busy]
    pool.arrive()
    assert pool.users == 2  # the one who is being started has nothing else to do
    pool.tell(pool.starting[0], Act.READY)
    assert (len(pool.lateness), pool.dropped) == (3, 0)


def test_an_arrival_for_a_user_that_never_gets_ready_is_dropped(make_pool: Any) -> None:
    pool = make_pool(limit=5)
    pool.arrive()
    pool.tell(pool.starting[0], Act.GOES)
    assert (pool.users, pool.dropped) == (0, 1)
    pool.queue._dispatch(0.0)
    pool.stop(pool.all_users[0])  # who had not even begun to get ready
    pool.starting.clear()
    assert (pool.users, pool.dropped) == (0, 2)
    pool.arrive()
    pool.tell(pool.starting[0], Act.READY)
    assert (len(pool.lateness), pool.dropped) == (1, 2)


def test_arrivals_pending_at_the_end_are_dropped(make_pool: Any) -> None:
    pool = make_pool(limit=5, at_first=1)
    pool.arrive()
    pool.arrive()
    counters = pool.queue.take_counters(5)
    assert (counters.offered, counters.dropped, counters.under_way_at_end) == (2, 1, 1)


def test_reset_counters_count_a_pending_arrival_as_under_way(make_pool: Any) -> None:
    pool = make_pool(limit=5)
    pool.arrive()
    pool.reset_counters()
    pool.tell(pool.starting[0], Act.READY)
    pool.tell(pool.busy[0], Act.ENDS)
    counters = pool.queue.take_counters(5)
    assert (counters.under_way_at_start, counters.offered, counters.finished, counters.under_way_at_end) == (
        1,
        0,
        1,
        0,
    )


@pytest.mark.usefixtures("virtual_time")
def test_a_stopped_queue_starts_no_users_and_ends_starting_ones(make_pool: Any) -> None:
    pool = make_pool(limit=5)
    pool.queue.start(1.0, 0.0)
    pool.queue.resume()
    pool.arrive()
    pool.queue.stop()
    gevent.sleep(0.6)  # the only journey of the plan is due
    assert (pool.users, pool.dropped) == (1, 1)
    (user,) = pool.starting
    pool.tell(user, Act.READY)
    assert isinstance(user.value, GreenletExit)


def test_the_pool_grows_to_the_share_of_its_process(make_pool: Any) -> None:
    pool = make_pool(limit=6)
    pool.queue.set_share(Share(1, 3), 0.0)
    for _ in range(4):
        pool.arrive()
    assert (pool.users, pool.dropped) == (2, 2)
    pool.queue.set_share(Share(0, 2), 0.0)
    for _ in range(4):
        pool.arrive()
    assert (pool.users, pool.dropped) == (3, 5)


def test_a_smaller_share_ends_surplus_users_between_journeys(
    make_pool: Any,
) -> None:
    pool = make_pool(limit=9)
    for _ in range(7):
        pool.arrive()
        pool.tell(pool.starting[0], Act.READY)
    first, second, *_ = pool.busy
    pool.tell(first, Act.ENDS)
    pool.tell(second, Act.ENDS)
    pool.queue.set_share(Share(0, 3), 0.0)
    gevent.idle()
    assert (pool.users, len(pool.busy)) == (5, 5)
    for user in list(pool.busy):
        pool.tell(user, Act.ENDS)
    assert (pool.users, pool.queue.counters.finished) == (3, 7)


def test_surplus_users_stay_while_an_arrival_is_pending(make_pool: Any) -> None:
    pool = make_pool(limit=4, at_first=3)
    for _ in range(4):
        pool.arrive()
    pool.queue.set_share(Share(0, 2), 0.0)
    pool.tell(pool.busy[0], Act.ENDS)
    assert (len(pool.busy), len(pool.lateness), pool.dropped) == (3, 4, 0)
    pool.tell(pool.starting[0], Act.READY)
    assert (pool.users, pool.dropped) == (3, 0)


def test_a_user_that_locust_rounds_up_stays(make_pool: Any) -> None:
    pool = make_pool(limit=3, at_first=2)
    pool.queue.set_share(Share(0, 2), 0.0)
    for _ in range(2):
        pool.arrive()
    pool.tell(pool.busy[0], Act.ENDS)
    assert pool.users == 2


def test_a_pool_that_fails_is_logged_once_and_arrivals_are_dropped(
    make_pool: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pool = make_pool(limit=5, at_first=1)

    def fail() -> Greenlet:
        raise RuntimeError("no room")

    pool.start = fail
    for _ in range(3):
        pool.arrive()
    assert (len(pool.busy), pool.dropped) == (1, 2)
    assert [record.getMessage() for record in caplog.records] == ["no more users are started: no room"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from([*Act, Act.ARRIVES, Act.ARRIVES, Act.READY, Act.ENDS]),
        st.integers(0, 9),
    ),
    max_size=60,
)


@settings(max_examples=settings().max_examples * 2)
@given(ACTS, st.integers(0, 6), st.integers(0, 3))
def test_each_arrival_goes_to_one_user_or_is_dropped(
    acts: list[tuple[Act, int]], limit: int, at_first: int
) -> None:
    pool = Pool(limit, min(at_first, limit))
    for what, which in acts:
        play(pool, what, which)
        pending = len(pool.queue._pending)
        assert pool.offered == len(pool.lateness) + pool.dropped + pending
        assert pool.users <= limit
        assert pending <= len(pool.starting)
        assert not (pending and pool.queue._idle)
        assert all(0 <= page.dropped <= page.offered for page in pool.pages)
        assert pool.queue.counters.most_users <= limit
    pool.close()
    assert pool.users == 0
    assert pool.offered == len(pool.lateness) + pool.dropped


def play(pool: Pool, what: Act, which: int) -> None:
    """Let one of the users that can act do so, if there is one."""
    match what:
        case Act.ARRIVES:  # only when all are there and busy it is dropped
            before, full = pool.dropped, pool.users >= pool.queue._limit
            free = bool(pool.queue._idle) or len(pool.queue._pending) < len(pool.queue._starting)
            pool.arrive()
            assert pool.dropped == before + (full and not free)
        case Act.PAGE:
            pool.reset_counters()
        case Act.STOPPED if all_users := pool.all_users:
            pool.stop(all_users[which % len(all_users)])
        case Act.READY if pool.starting:
            pool.tell(pool.starting[which % len(pool.starting)], what)
        case Act.GOES if able := pool.starting + pool.busy:
            pool.tell(able[which % len(able)], what)
        case Act.ENDS if pool.busy:
            pool.tell(pool.busy[which % len(pool.busy)], what)
