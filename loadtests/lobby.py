"""Where the users of an open model wait for journeys to arrive."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final

import gevent
from gevent import GreenletExit
from gevent.event import AsyncResult, Event

from loadtests.clock import Clock
from loadtests.ledger import Ledger

if TYPE_CHECKING:
    from loadtests.arrivals import Arrivals, Part

_IN_A_ROW: Final = 100
"""Journeys that are behind their time and called without a pause in which others go on."""


class Lobby:
    """Gives every arrival to a user who waits here, and counts those that find none as dropped.

    The user who came last goes first: no more users than needed are ever at work, and the others cost
    nothing but their memory. So the pool grows with the load, up to the users that there are.
    """

    def __init__(self, arrivals: Arrivals) -> None:
        self.ledger = Ledger()
        self._arrivals = arrivals
        self._waiting: list[AsyncResult[float]] = []
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
            GreenletExit: No more will come. Locust ends the user.
        """
        if self._stopped:
            raise GreenletExit
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
        late = max(perf_counter() - due, 0.0)
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
        if self._greenlet is not None:  # it may sleep until an arrival that is another's now
            self._greenlet.kill()
            self._greenlet = gevent.spawn(self._keep_calling)

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
        self.ledger = Ledger(under_way_at_start=self._working, most_users=self._working)

    def close_ledger(self) -> Ledger:
        """The ledger, complete: what happens from now on is in none."""
        closed, self.ledger = self.ledger, Ledger()
        closed.under_way_at_end = self._working
        closed.due = self._due - self._due_before
        return closed

    def stop(self) -> None:
        """No more arrivals; who waits for one goes home."""
        if self._greenlet is not None:
            self._greenlet.kill()
        self._stopped = True
        while self._waiting:
            self._waiting.pop().set_exception(GreenletExit())

    @property
    def _due(self) -> int:
        """Journeys that were due by now, called or not."""
        return self._arrivals.count(self._clock.now)

    def _keep_calling(self) -> None:
        """Call whoever is due. It may be killed wherever it waits: nobody is in between then."""
        while (due := self._arrivals.peek()) is not None:
            self._open.wait()
            ahead = due - self._clock.now
            if ahead > 0:
                self._behind = 0
                gevent.sleep(ahead)
            else:
                self._arrivals.next()
                self._call(perf_counter() + ahead)
                self._let_others_go_on()

    def _let_others_go_on(self) -> None:
        """At a rate that nobody can call, too, users make their journeys and answers are read."""
        self._behind += 1
        if not self._behind % _IN_A_ROW:
            gevent.sleep(0)

    def _call(self, due: float) -> None:
        self.ledger.offered += 1
        if not self._waiting:
            self.ledger.dropped += 1
            return
        self._working += 1
        self.ledger.most_users = max(self.ledger.most_users, self._working)
        self._waiting.pop().set(due)
