"""The users of one process in one run."""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

import gevent
from gevent.event import Event

from mario_perf.load.arrivals.arrival_counters import ArrivalCounters
from mario_perf.load.arrivals.arrival_queue import ArrivalQueue
from mario_perf.load.arrivals.arrival_schedule import GAPS, ArrivalSchedule, Share
from mario_perf.load.record.generator_health import GeneratorHealth
from mario_perf.load.users.group_report import GroupReport
from mario_perf.load.users.load_target import LoadTarget
from mario_perf.load.users.quiesce_barrier import QuiesceBarrier
from mario_perf.load.users.reference_load import ReferenceLoad
from mario_perf.load.users.step_session import Disagreements, StepSession
from mario_perf.load.users.user_state import UserState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from gevent import Greenlet

    from mario_perf.load.arrivals.arrival_queue import UserPool
    from mario_perf.load.arrivals.shared_iterations import SharedIterations
    from mario_perf.load.options.run_options import Options
    from mario_perf.load.users.rapid_http_session import RapidHttpSession
    from mario_perf.run_record import LostWorker, Side

_POLL_INTERVAL: Final = 0.02  # seconds
_DRAIN_INTERVAL: Final = 0.002  # seconds
_INDEX_STEP: Final = 1_000_000
"""More users than one process can run: the indexes of two processes never overlap."""


class UserGroup:
    """Makes the state of each user, and steers all users through the phases of a run."""

    def __init__(
        self,
        options: Options,
        host: str,
        index: int = 0,
        iterations: SharedIterations | None = None,
        pool: UserPool | None = None,
    ) -> None:
        """``index`` keeps the random streams of several processes apart.

        The ``pool`` of an open model grows, but not with shared ``iterations``: users begin them together.
        """
        self.targets = targets(options, host)
        self.reference = ReferenceLoad(options.reference) if options.reference else None
        self.lost_workers: tuple[LostWorker, ...] = ()
        self.share = Share()
        self.ready_users = 0
        """Users who wait for their first journey, or have begun it."""
        self.measured: WeakSet[Greenlet] = WeakSet()
        """The greenlets of measured users, who count their steps themselves."""
        self.barrier = QuiesceBarrier()
        """Each step is inside it; and so is each task of users that are not measured users."""
        self._max_ready_users = 0
        self._arrivals = _arrival_queues(options, index, None if iterations else pool)
        """None in a closed model; one for each side where builds take turns."""
        self._turn: int | None = None
        self._iterations = iterations
        self._options = options
        self._index = index
        self._created = 0
        self._window_opened = Event()
        self._disagreements = Disagreements()
        self._health = GeneratorHealth()

    def new_user(self, clients: Mapping[Side, RapidHttpSession], excluded: AbstractSet[str]) -> UserState:
        """The state of the next user. Seed and index alone decide its random streams."""
        index, self._created = self._created, self._created + 1
        self.measured.add(gevent.getcurrent())
        targets, arrivals = self._place(index)
        order = self._stream(index, "order of the sides")
        session = StepSession(clients, targets, self.barrier, self._disagreements, order, excluded)
        session.reference = self.reference
        return UserState(
            index=self._index * _INDEX_STEP + index,
            scenario=self._options.scenario,
            session=session,
            random=self._stream(index, "journeys"),
            pauses=self._stream(index, "pauses"),
            think=self._options.think,
            arrivals=arrivals,
            iterations=self._iterations,
            window_opened=self._window_opened,
            group=self,
        )

    def _place(self, index: int) -> tuple[tuple[LoadTarget, ...], ArrivalQueue | None]:
        """Where a user goes, and whose arrivals it waits for: one of the sides where they take turns."""
        if self._options.alternate is None:
            return self.targets, next(iter(self._arrivals), None)
        side = index % len(self.targets) if self._turn is None else self._turn
        return (self.targets[side],), self._arrivals[side]

    def add_ready_user(self) -> None:
        self.ready_users += 1
        self._max_ready_users = max(self._max_ready_users, self.ready_users)

    def wait_for_users(self, users: int, timeout: float) -> None:
        """Wait until this many users are ready, at most ``timeout`` seconds."""
        end = perf_counter() + timeout
        while self.ready_users < users and perf_counter() < end:
            gevent.sleep(_POLL_INTERVAL)

    def start_arrivals(self, seconds: float, elapsed: float = 0.0) -> None:
        """Start a schedule of ``seconds``, at ``elapsed`` seconds into it."""
        for each in self._arrivals:
            each.start(seconds, elapsed)
        self._resume()

    def set_share(self, share: Share | None, moment: float) -> None:
        """Take this share of all arrivals, or none, from ``moment`` (seconds into the schedule) on."""
        if share is not None:
            self.share = share
        for each in self._arrivals:
            each.set_share(share, moment)

    def begin_turn(self, side: int) -> None:
        """Let journeys arrive at one of the targets, by its index."""
        self._turn = side
        self._arrivals[side].resume()

    def end_turn(self, timeout: float) -> bool:
        """Let no more arrive, and wait until those that began have ended; return whether they have."""
        end = perf_counter() + timeout
        for each in self._arrivals:
            each.pause()
        while (under_way := any(each.under_way for each in self._arrivals)) and perf_counter() < end:
            gevent.sleep(_DRAIN_INTERVAL)
        self._turn = None
        return not under_way

    def finished(self, side: int) -> int:
        """Journeys to one of the targets that have ended since counting began."""
        return self._arrivals[side].counters.finished

    def assign_iterations(self, journeys: Sequence[str]) -> None:
        """Set the shared journeys that this group runs once the window is open."""
        if self._iterations is not None:
            self._iterations.assign(journeys)

    def quiesce(self, timeout: float) -> bool:
        """Hold back new requests; return whether none was in flight after ``timeout`` seconds at most."""
        self._health.stop()
        for each in self._arrivals:
            each.pause()
        return self.barrier.quiesce(timeout)

    def open_window(self) -> None:
        """Count for the measurement window from now on."""
        for target in self._all_targets:
            target.open_window()
        for each in self._arrivals:
            each.reset_counters()
        self._health.start()
        self._window_opened.set()

    def release(self) -> None:
        """Let requests begin again."""
        self.barrier.release(0.0 if self._arrivals else self._options.think[1])
        self._resume()

    def reports(self) -> tuple[GroupReport, ...]:
        """The report of this one group. Nothing is counted afterwards."""
        for target in self._all_targets:
            target.close()
        report = GroupReport(
            index=self._index,
            users=self._max_ready_users,
            seeds=self._seeds,
            generator=self._health.figures,
            disagreements=self._disagreements,
            arrivals=self._arrival_counters(),
            completed_iterations=self._iterations.completed if self._iterations else 0,
            warm_up={target.side: target.warm_up for target in self._all_targets},
            window={target.side: target.window for target in self._all_targets},
        )
        return (report,)

    def stop(self) -> None:
        for each in self._arrivals:
            each.stop()
        self.barrier.close()
        self._window_opened.set()  # users who wait for the window find the barrier closed

    def _resume(self) -> None:
        """Let journeys arrive; builds that take turns wait for theirs."""
        if self._options.alternate is None:
            for each in self._arrivals:
                each.resume()

    def _arrival_counters(self) -> ArrivalCounters | None:
        """Of all queues together; None in a closed model."""
        if not self._arrivals:
            return None
        total = ArrivalCounters()
        for each in self._arrivals:
            total.merge(each.take_counters(self.ready_users // len(self._arrivals)))
        return total

    @property
    def _all_targets(self) -> tuple[LoadTarget, ...]:
        return self.targets if self.reference is None else (*self.targets, self.reference.target)

    @property
    def _seeds(self) -> str:
        return f"{self._options.seed}/{self._index}"

    def _stream(self, index: int, purpose: str) -> Random:
        return Random(f"{self._seeds}/{index}/{purpose}")  # noqa: S311


def _arrival_queues(options: Options, index: int, pool: UserPool | None) -> tuple[ArrivalQueue, ...]:
    """None in a closed model; where builds take turns one for each, with equal arrivals."""
    if options.rate is None:
        return ()
    return tuple(
        ArrivalQueue(_schedule(options, options.rate, index), pool, options.max_users)
        for _ in range(1 if options.alternate is None else 2)
    )


def _schedule(options: Options, rate: float, index: int) -> ArrivalSchedule:
    stream = Random(f"{options.seed}/{index}/arrivals")  # noqa: S311
    return ArrivalSchedule(rate, options.shape, GAPS[options.arrivals](stream))


def targets(options: Options, host: str) -> tuple[LoadTarget, ...]:
    """The one target, or the two sides of a duet."""
    if options.duet is None:
        return (LoadTarget("candidate", host),)
    return (LoadTarget("baseline", options.duet, "baseline: "), LoadTarget("candidate", host, "candidate: "))
