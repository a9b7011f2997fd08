"""Where the users of an open model wait for journeys to arrive."""

from __future__ import annotations

import logging
from collections import deque
from math import ceil
from typing import TYPE_CHECKING, Final, Protocol

import gevent
from gevent import GreenletExit
from gevent.event import AsyncResult, Event

from mario_perf.load.arrivals.arrival_counters import Ledger
from mario_perf.load.arrivals.pausable_clock import Clock

if TYPE_CHECKING:
    from gevent import Greenlet

    from mario_perf.load.arrivals.arrival_schedule import Arrivals, Part

LOG: Final = logging.getLogger("mario_perf")
_IN_A_ROW: Final = 100
"""Journeys that are behind their time and called without a pause in which others go on."""


class Pool(Protocol):
    """The users of this process, of whom more can be started."""

    @property
    def users(self) -> int:
        """How many there are, ready or not."""

    def start(self) -> Greenlet:
        """Start one more, and give what it runs in. It need not be ready yet.

        Raises:
            Exception: That cannot be done.
        """


class Lobby:
    """Gives every arrival to a user who waits here, or else to the first who comes.

    The user who came last goes first: no more users than needed are ever at work, and the others cost
    nothing but their memory. When an arrival finds nobody, a user is started for it while the ``pool`` has
    fewer than this process' share of the ``limit``; beyond that it is counted as dropped, and so is one whose
    user has ended before it was ready. When the share becomes smaller, users beyond it go home, none amid a
    journey. Without a pool there are no users but those who come by themselves.
    """

    def __init__(self, arrivals: Arrivals, pool: Pool | None = None, limit: int = 0) -> None:
        self.ledger = Ledger()
        self._arrivals = arrivals
        self._pool = pool
        self._limit = limit
        self._processes = 1
        self._starting: set[Greenlet] = set()
        self._promised: deque[tuple[float, Ledger]] = deque()  # when due, and where offered; never more of
        self._waiting: list[AsyncResult[float]] = []  # them than users who are being started
        self._working = 0
        self._behind = 0
        self._due_before = 0
        self._stopped = False
        self._open = Event()
        self._clock = Clock()
        self._greenlet: gevent.Greenlet | None = None

    def wait(self) -> float:
        """Wait for an arrival; gives how late its journey begins, seconds after it was due.

        Raises:
            GreenletExit: No more will come, or others will do. Locust ends the user.
        """
        if self._stopped or (self._surplus > 0 and not self._promised):
            raise GreenletExit
        self._starting.discard(gevent.getcurrent())
        if self._promised:
            due, _ = self._promised.popleft()
            self._set_to_work()
        else:
            due = self._wait_to_be_called()
        late = max(self._clock.now - due, 0.0)
        self.ledger.lateness.add(late)
        return late

    def left(self, *, whole: bool) -> None:
        """A journey has come to its end, or was broken off."""
        self._working -= 1
        self.ledger.finished += whole

    def set_out(self, seconds: float, elapsed: float) -> None:
        """Begin the plan, which lasts so many ``seconds``, ``elapsed`` seconds into it."""
        self._arrivals.stretch(seconds)
        self._clock.set(elapsed)
        self._arrivals.skip_to(elapsed)
        self._greenlet = gevent.spawn(self._keep_calling)

    def share(self, part: Part | None, moment: float) -> None:
        """Give this part of all arrivals, or none, from so many seconds into the plan on."""
        self._arrivals.share(part, moment)
        self._call_anew()
        self._processes = self._processes if part is None else part.of
        for _ in range(min(self._surplus, len(self._waiting))):
            self._waiting.pop(0).set_exception(GreenletExit())

    def open(self) -> None:
        """Let journeys arrive, and the plan go on."""
        self._clock.start()
        self._open.set()

    def close(self) -> None:
        """Let the plan rest: a quiet edge is no part of it."""
        self._clock.rest()
        self._open.clear()

    def turn_page(self) -> None:
        """Begin another ledger."""
        self._due_before = self._due
        under_way = self._working + len(self._promised)
        self.ledger = Ledger(under_way_at_start=under_way, most_users=self._working)

    def close_ledger(self, pool: int) -> Ledger:
        """The ledger, complete with how many users there are: what happens from now on is in none."""
        self._break_promises()
        closed, self.ledger = self.ledger, Ledger()
        closed.under_way_at_end, closed.pool = self._working, pool
        closed.due = self._due - self._due_before
        return closed

    def stop(self) -> None:
        """No more arrivals; who waits for one goes home."""
        self._stopped = True
        if self._greenlet is not None:
            self._greenlet.kill()
        self._break_promises()
        while self._waiting:
            self._waiting.pop().set_exception(GreenletExit())

    @property
    def _due(self) -> int:
        """Journeys that were due by now, called or not."""
        return self._arrivals.count(self._clock.now)

    def _call_anew(self) -> None:
        """Whoever calls may sleep until an arrival that is another's now."""
        calling = self._greenlet
        if calling is None:
            return
        calling.kill()
        if self._greenlet is calling and not self._stopped:  # meanwhile another may have done the same
            self._greenlet = gevent.spawn(self._keep_calling)

    def _keep_calling(self) -> None:
        """Call whoever is due. It may be killed wherever it waits: nobody is in between then."""
        while (due := self._arrivals.peek()) is not None:
            self._wait_until(due)
            self._arrivals.go_on()
            self._call(due)
            self._let_others_go_on()

    def _wait_until(self, due: float) -> None:
        """Until so many seconds into the plan."""
        while True:
            self._open.wait()
            ahead = due - self._clock.now
            if ahead <= 0:
                return
            self._behind = 0
            gevent.sleep(ahead)

    def _let_others_go_on(self) -> None:
        """At a rate that nobody can call, too, users make their journeys and answers are read."""
        self._behind += 1
        if not self._behind % _IN_A_ROW:
            gevent.sleep(0)

    def _call(self, due: float) -> None:
        self.ledger.offered += 1
        if self._waiting:
            self._set_to_work()
            self._waiting.pop().set(due)
        elif self._somebody_comes():
            self._promised.append((due, self.ledger))
        else:
            self.ledger.dropped += 1

    def _wait_to_be_called(self) -> float:
        called: AsyncResult[float] = AsyncResult()
        self._waiting.append(called)
        try:
            due: float = called.get()
        except BaseException:
            if called in self._waiting:  # nobody may send a journey to a user who is gone
                self._waiting.remove(called)
            elif called.successful():
                self.left(whole=False)
            raise
        return due

    def _set_to_work(self) -> None:
        self._working += 1
        self.ledger.most_users = max(self.ledger.most_users, self._working)

    def _somebody_comes(self) -> bool:
        """Whether a user is being started to whom nothing is promised, if need be by starting one."""
        if len(self._promised) < len(self._starting):
            return True
        if self._pool is None or self._pool.users >= self._limit // self._processes:
            return False
        try:
            user = self._pool.start()
        except GreenletExit:  # while a user's constructor waits for something
            self.ledger.dropped += 1
            raise
        except Exception as error:  # noqa: BLE001 - of users that are not ours; others go on
            LOG.error("no more users are started: %s", error)  # noqa: TRY400 - one line
            self._pool = None
            return False
        self._starting.add(user)
        user.link(self._ended)
        return True

    @property
    def _surplus(self) -> int:
        """Users beyond this process' share of the limit, rounded up: Locust may round its share so."""
        if self._pool is None:
            return 0
        return self._pool.users - ceil(self._limit / self._processes)

    def _ended(self, user: Greenlet) -> None:
        """Somebody who was started has ended, maybe before it could be called."""
        self._starting.discard(user)
        if len(self._promised) > len(self._starting):
            self._break_promise()

    def _break_promises(self) -> None:
        while self._promised:
            self._break_promise()

    def _break_promise(self) -> None:
        """Of the latest arrival: those before it keep their turn."""
        _, ledger = self._promised.pop()
        ledger.dropped += 1
