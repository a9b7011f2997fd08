"""An arrival that finds nobody free has a user started for it, up to the limit; none is lost."""

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

from mario_perf.load.arrivals.arrival_queue import Lobby
from mario_perf.load.arrivals.arrival_schedule import GAPS, Arrivals, Part
from mario_perf.load.arrivals.shapes import Shape, Stage
from tests.loadtests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from mario_perf.load.arrivals.arrival_counters import Ledger

PATIENCE = 30.0


class Act(StrEnum):
    """What may happen: to somebody who is being started, is at work, or either, or is there; or to all."""

    READY, ENDS, GOES, STOPPED = "is ready", "ends a journey", "goes", "is stopped"
    ARRIVES, PAGE = "a journey arrives", "a page is turned"


class House:
    """A lobby, and users who do what the test says: nothing happens until it is told to."""

    def __init__(self, limit: int, at_first: int = 0) -> None:
        shape = Shape("steady", (Stage(1.0, 1.0, 1.0),))
        arrivals = Arrivals(1.0, shape, GAPS["constant"](Random(1)))
        self.lobby = Lobby(arrivals, self, limit)
        self.begun: list[float] = []
        self.pages: list[Ledger] = [self.lobby.ledger]
        self._there = Group()
        self._told: dict[Greenlet, Queue[Act]] = {}
        self.at_work: list[Greenlet] = []
        self.started: list[Greenlet] = []
        for _ in range(at_first):
            self.tell(self.start(), Act.READY)

    @property
    def users(self) -> int:
        return len(self._there)

    @property
    def everybody(self) -> list[Greenlet]:
        return [user for user in self._told if user in self._there]

    def start(self) -> Greenlet:
        told: Queue[Act] = Queue()
        user: Greenlet = self._there.spawn(self._live, told)
        self._told[user] = told
        self.started.append(user)
        return user

    def tell(self, user: Greenlet, what: Act) -> None:
        self._told[user].put(what)
        gevent.idle()

    def stop(self, user: Greenlet) -> None:
        """As Locust does when there are to be fewer."""
        user.kill(timeout=PATIENCE)
        gevent.idle()

    def arrive(self, due: float = 0.0) -> None:
        self.lobby._call(due)
        gevent.idle()

    def turn_page(self) -> None:
        self.lobby.turn_page()
        self.pages.append(self.lobby.ledger)

    def close(self) -> None:
        self.lobby.stop()
        self._there.kill(timeout=PATIENCE)
        gevent.idle()

    def _live(self, told: "Queue[Act]") -> None:
        user = gevent.getcurrent()
        try:
            goes_on = told.get() == Act.READY
        finally:
            self.started.remove(user)
        while goes_on:
            self.begun.append(self.lobby.wait())
            self.at_work.append(user)
            goes_on = False
            try:
                goes_on = told.get() == Act.ENDS
            finally:
                self.at_work.remove(user)
                self.lobby.left(whole=goes_on)

    @property
    def offered(self) -> int:
        return sum(page.offered for page in self.pages)

    @property
    def dropped(self) -> int:
        return sum(page.dropped for page in self.pages)


@pytest.fixture
def house() -> Iterator[Any]:
    built: list[House] = []

    def build(limit: int, at_first: int = 0) -> House:
        built.append(House(limit, at_first))
        return built[-1]

    yield build
    for each in built:
        each.close()


def test_it_grows_to_its_limit_and_drops_what_comes_then(house: Any) -> None:
    here = house(limit=4, at_first=2)
    for _ in range(6):
        here.arrive()
    assert (here.users, len(here.at_work), here.dropped) == (4, 2, 2)
    for user in list(here.started):
        here.tell(user, Act.READY)
    assert (len(here.begun), here.lobby.ledger.most_users) == (4, 4)


def test_what_waited_for_a_new_user_is_late_by_that_time(virtual_time: VirtualTime, house: Any) -> None:
    here = house(limit=1)
    here.lobby.open()
    here.arrive(here.lobby._clock.now)
    virtual_time.freeze(0.05)
    here.tell(here.started[0], Act.READY)
    assert here.begun == [pytest.approx(0.05, abs=1e-4)]
    assert here.lobby.ledger.lateness.maximum_us == pytest.approx(50_000, rel=0.01)


def test_who_becomes_free_first_takes_it_and_the_new_user_the_next(house: Any) -> None:
    here = house(limit=5, at_first=1)
    here.arrive()
    (busy,) = here.at_work
    here.arrive()
    here.tell(busy, Act.ENDS)
    assert here.at_work == [busy]
    here.arrive()
    assert here.users == 2  # the one who is being started has nothing else to do
    here.tell(here.started[0], Act.READY)
    assert (len(here.begun), here.dropped) == (3, 0)


def test_what_was_promised_to_a_user_who_never_got_ready_is_dropped(house: Any) -> None:
    here = house(limit=5)
    here.arrive()
    here.tell(here.started[0], Act.GOES)
    assert (here.users, here.dropped) == (0, 1)
    here.lobby._call(0.0)
    here.stop(here.everybody[0])  # who had not even begun to get ready
    here.started.clear()
    assert (here.users, here.dropped) == (0, 2)
    here.arrive()
    here.tell(here.started[0], Act.READY)
    assert (len(here.begun), here.dropped) == (1, 2)


def test_what_nobody_had_begun_in_the_end_is_dropped_and_not_under_way(house: Any) -> None:
    here = house(limit=5, at_first=1)
    here.arrive()
    here.arrive()
    ledger = here.lobby.close_ledger(5)
    assert (ledger.offered, ledger.dropped, ledger.under_way_at_end) == (2, 1, 1)


def test_a_new_page_counts_what_is_promised_as_under_way(house: Any) -> None:
    here = house(limit=5)
    here.arrive()
    here.turn_page()
    here.tell(here.started[0], Act.READY)
    here.tell(here.at_work[0], Act.ENDS)
    ledger = here.lobby.close_ledger(5)
    assert (ledger.under_way_at_start, ledger.offered, ledger.finished, ledger.under_way_at_end) == (
        1,
        0,
        1,
        0,
    )


@pytest.mark.usefixtures("virtual_time")
def test_nobody_is_started_after_the_end_and_who_was_goes_home(house: Any) -> None:
    here = house(limit=5)
    here.lobby.set_out(1.0, 0.0)
    here.lobby.open()
    here.arrive()
    here.lobby.stop()
    gevent.sleep(0.6)  # the only journey of the plan is due
    assert (here.users, here.dropped) == (1, 1)
    (user,) = here.started
    here.tell(user, Act.READY)
    assert isinstance(user.value, GreenletExit)


def test_a_process_grows_to_its_share_of_the_limit_which_may_change(house: Any) -> None:
    here = house(limit=6)
    here.lobby.share(Part(1, 3), 0.0)
    for _ in range(4):
        here.arrive()
    assert (here.users, here.dropped) == (2, 2)
    here.lobby.share(Part(0, 2), 0.0)
    for _ in range(4):
        here.arrive()
    assert (here.users, here.dropped) == (3, 5)


def test_when_the_share_becomes_smaller_users_beyond_it_go_home_but_none_amid_a_journey(house: Any) -> None:
    here = house(limit=9)
    for _ in range(7):
        here.arrive()
        here.tell(here.started[0], Act.READY)
    first, second, *_ = here.at_work
    here.tell(first, Act.ENDS)
    here.tell(second, Act.ENDS)
    here.lobby.share(Part(0, 3), 0.0)
    gevent.idle()
    assert (here.users, len(here.at_work)) == (5, 5)
    for user in list(here.at_work):
        here.tell(user, Act.ENDS)
    assert (here.users, here.lobby.ledger.finished) == (3, 7)


def test_nobody_goes_home_while_a_journey_waits(house: Any) -> None:
    here = house(limit=4, at_first=3)
    for _ in range(4):
        here.arrive()
    here.lobby.share(Part(0, 2), 0.0)
    here.tell(here.at_work[0], Act.ENDS)
    assert (len(here.at_work), len(here.begun), here.dropped) == (3, 4, 0)
    here.tell(here.started[0], Act.READY)
    assert (here.users, here.dropped) == (3, 0)


def test_a_share_that_locust_has_rounded_up_is_no_surplus(house: Any) -> None:
    here = house(limit=3, at_first=2)
    here.lobby.share(Part(0, 2), 0.0)
    for _ in range(2):
        here.arrive()
    here.tell(here.at_work[0], Act.ENDS)
    assert here.users == 2


def test_users_who_cannot_be_started_are_told_once_and_arrivals_dropped(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    here = house(limit=5, at_first=1)

    def fail() -> Greenlet:
        raise RuntimeError("no room")

    here.start = fail
    for _ in range(3):
        here.arrive()
    assert (len(here.at_work), here.dropped) == (1, 2)
    assert [record.getMessage() for record in caplog.records] == ["no more users are started: no room"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from([*Act, Act.ARRIVES, Act.ARRIVES, Act.READY, Act.ENDS]),
        st.integers(0, 9),
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=200)
@given(ACTS, st.integers(0, 6), st.integers(0, 3))
def test_whatever_happens_every_arrival_is_given_to_one_user_or_dropped(
    acts: list[tuple[Act, int]], limit: int, at_first: int
) -> None:
    here = House(limit, min(at_first, limit))
    for what, which in acts:
        play(here, what, which)
        promised = len(here.lobby._promised)
        assert here.offered == len(here.begun) + here.dropped + promised
        assert here.users <= limit
        assert promised <= len(here.started)
        assert not (promised and here.lobby._waiting)
        assert all(0 <= page.dropped <= page.offered for page in here.pages)
        assert here.lobby.ledger.most_users <= limit
    here.close()
    assert here.users == 0
    assert here.offered == len(here.begun) + here.dropped


def play(here: House, what: Act, which: int) -> None:
    """One of those who can do it does it; nobody, when there is none."""
    match what:
        case Act.ARRIVES:  # only when all are there and busy it is dropped
            before, full = here.dropped, here.users >= here.lobby._limit
            free = bool(here.lobby._waiting) or len(here.lobby._promised) < len(here.lobby._starting)
            here.arrive()
            assert here.dropped == before + (full and not free)
        case Act.PAGE:
            here.turn_page()
        case Act.STOPPED if everybody := here.everybody:
            here.stop(everybody[which % len(everybody)])
        case Act.READY if here.started:
            here.tell(here.started[which % len(here.started)], what)
        case Act.GOES if able := here.started + here.at_work:
            here.tell(able[which % len(able)], what)
        case Act.ENDS if here.at_work:
            here.tell(here.at_work[which % len(here.at_work)], what)
