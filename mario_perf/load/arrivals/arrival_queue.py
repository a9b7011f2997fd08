"""The queue in which users of an open model wait for journeys to arrive."""

from __future__ import annotations

import logging
from collections import deque
from math import ceil
from typing import TYPE_CHECKING, Final, Protocol

import gevent
from gevent import GreenletExit
from gevent.event import AsyncResult, Event

from mario_perf.load.arrivals.arrival_counters import ArrivalCounters
from mario_perf.load.arrivals.pausable_clock import PausableClock

if TYPE_CHECKING:
    from gevent import Greenlet

    from mario_perf.load.arrivals.arrival_schedule import ArrivalSchedule, Share

LOG: Final = logging.getLogger("mario_perf")
_BATCH: Final = 100
"""Overdue journeys that are dispatched without a pause in which other greenlets run."""


class UserPool(Protocol):
    """The users of this process. The pool can grow."""

    @property
    def users(self) -> int:
        """Number of users, ready or not."""

    def start(self) -> Greenlet:
        """Start one more user, and return its greenlet. It need not be ready yet.

        Raises:
            Exception: No user could be started.
        """


class ArrivalQueue:
    """Gives each arrival to a user who waits here, or else to the next user who comes.

    The user who came last gets the next arrival, so no more users work than the load needs. Without a
    waiting user, a new one is started while the ``pool`` has fewer than this process' share of the
    ``limit``. Beyond the limit the arrival is dropped and counted, as is one whose new user ends before it
    is ready. When the share becomes smaller, surplus users end between two journeys. Without a pool, no
    users are started.
    """

    def __init__(self, schedule: ArrivalSchedule, pool: UserPool | None = None, limit: int = 0) -> None:
        self.counters = ArrivalCounters()
        self._schedule = schedule
        self._pool = pool
        self._limit = limit
        self._processes = 1
        self._starting: set[Greenlet] = set()
        self._pending: deque[tuple[float, ArrivalCounters]] = deque()
        """Due moment, and the counters it was offered in. Never longer than ``_starting``."""
        self._idle: list[AsyncResult[float]] = []
        self._busy = 0
        self._behind = 0
        self._due_before = 0
        self._stopped = False
        self._resumed = Event()
        self._clock = PausableClock()
        self._dispatcher: gevent.Greenlet | None = None

    def wait(self) -> float:
        """Wait for an arrival, and return how many seconds after its due moment the journey begins.

        Raises:
            GreenletExit: No more journeys arrive, or other users take them. Locust ends the user.
        """
        if self._stopped or (self._surplus > 0 and not self._pending):
            raise GreenletExit
        self._starting.discard(gevent.getcurrent())
        if self._pending:
            due, _ = self._pending.popleft()
            self._count_busy()
        else:
            due = self._wait_for_dispatch()
        late = max(self._clock.now - due, 0.0)
        self.counters.lateness.add(late)
        return late

    def finish(self, *, completed: bool) -> None:
        """Count a journey that has ended; one that was interrupted is not ``completed``."""
        self._busy -= 1
        self.counters.finished += completed

    def start(self, seconds: float, elapsed: float) -> None:
        """Start a schedule of ``seconds``, at ``elapsed`` seconds into it."""
        self._schedule.stretch(seconds)
        self._clock.set(elapsed)
        self._schedule.skip_to(elapsed)
        self._dispatcher = gevent.spawn(self._keep_dispatching)

    def set_share(self, share: Share | None, moment: float) -> None:
        """Dispatch this share of all arrivals, or none, from ``moment`` (seconds into the schedule) on."""
        self._schedule.set_share(share, moment)
        self._restart_dispatcher()
        self._processes = self._processes if share is None else share.count
        for _ in range(min(self._surplus, len(self._idle))):
            self._idle.pop(0).set_exception(GreenletExit())

    def resume(self) -> None:
        """Let journeys arrive, and the schedule's clock run."""
        self._clock.start()
        self._resumed.set()

    def pause(self) -> None:
        """Stop the schedule's clock: a quiet edge is not a part of the schedule."""
        self._clock.pause()
        self._resumed.clear()

    @property
    def under_way(self) -> int:
        """Journeys that have begun, or are about to, and not ended."""
        return self._busy + len(self._pending)

    def reset_counters(self) -> None:
        """Count anew from here on."""
        self._due_before = self._due
        self.counters = ArrivalCounters(under_way_at_start=self.under_way, most_users=self._busy)

    def take_counters(self, pool: int) -> ArrivalCounters:
        """Complete the counters with the size of the ``pool``, and return them. Nothing is added later."""
        self._drop_all_pending()
        taken, self.counters = self.counters, ArrivalCounters()
        taken.under_way_at_end, taken.pool = self._busy, pool
        taken.due = self._due - self._due_before
        return taken

    def stop(self) -> None:
        """End all arrivals, and the users who wait for one."""
        self._stopped = True
        if self._dispatcher is not None:
            self._dispatcher.kill()
        self._drop_all_pending()
        while self._idle:
            self._idle.pop().set_exception(GreenletExit())

    @property
    def _due(self) -> int:
        """Journeys that were due by now, dispatched or not."""
        return self._schedule.count(self._clock.now)

    def _restart_dispatcher(self) -> None:
        """It may be asleep until an arrival that belongs to another process now."""
        running = self._dispatcher
        if running is None:
            return
        running.kill()
        if self._dispatcher is running and not self._stopped:  # another greenlet may have restarted it
            self._dispatcher = gevent.spawn(self._keep_dispatching)

    def _keep_dispatching(self) -> None:
        """Dispatch each arrival when it is due. Killing it is safe: it only waits between two arrivals."""
        while (due := self._schedule.peek()) is not None:
            self._wait_until(due)
            self._schedule.pop()
            self._dispatch(due)
            self._yield_after_batch()

    def _wait_until(self, due: float) -> None:
        """Sleep until ``due`` seconds into the schedule."""
        while True:
            self._resumed.wait()
            ahead = due - self._clock.now
            if ahead <= 0:
                return
            self._behind = 0
            gevent.sleep(ahead)

    def _yield_after_batch(self) -> None:
        """Let users work and read responses, even at a rate that the dispatcher cannot keep up with."""
        self._behind += 1
        if not self._behind % _BATCH:
            gevent.sleep(0)

    def _dispatch(self, due: float) -> None:
        self.counters.offered += 1
        if self._idle:
            self._count_busy()
            self._idle.pop().set(due)
        elif self._start_user():
            self._pending.append((due, self.counters))
        else:
            self.counters.dropped += 1

    def _wait_for_dispatch(self) -> float:
        dispatch: AsyncResult[float] = AsyncResult()
        self._idle.append(dispatch)
        try:
            due: float = dispatch.get()
        except BaseException:
            if dispatch in self._idle:  # a user that has ended must not get a journey
                self._idle.remove(dispatch)
            elif dispatch.successful():
                self.finish(completed=False)
            raise
        return due

    def _count_busy(self) -> None:
        self._busy += 1
        self.counters.most_users = max(self.counters.most_users, self._busy)

    def _start_user(self) -> bool:
        """Start a user, unless one is starting that has no journey yet. Returns whether one is starting."""
        if len(self._pending) < len(self._starting):
            return True
        if self._pool is None or self._pool.users >= self._limit // self._processes:
            return False
        try:
            user = self._pool.start()
        except GreenletExit:  # the dispatcher was killed while a user's constructor waited
            self.counters.dropped += 1
            raise
        except Exception as error:  # noqa: BLE001 - from a locustfile's user class; the run goes on
            LOG.error("no more users are started: %s", error)  # noqa: TRY400 - one line
            self._pool = None
            return False
        self._starting.add(user)
        user.link(self._on_user_end)
        return True

    @property
    def _surplus(self) -> int:
        """Users beyond this process' share of the limit, rounded up as Locust may round its share."""
        if self._pool is None:
            return 0
        return self._pool.users - ceil(self._limit / self._processes)

    def _on_user_end(self, user: Greenlet) -> None:
        """Drop a pending arrival when its user ended before it was ready."""
        self._starting.discard(user)
        if len(self._pending) > len(self._starting):
            self._drop_pending()

    def _drop_all_pending(self) -> None:
        while self._pending:
            self._drop_pending()

    def _drop_pending(self) -> None:
        """Drop the latest pending arrival: those before it keep their turn."""
        _, counters = self._pending.pop()
        counters.dropped += 1
