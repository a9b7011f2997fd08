"""The user groups of all workers, steered by the master as if they were one."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, Final

import gevent
from locust.runners import STATE_INIT, STATE_MISSING

from mario_perf.load.arrivals.arrival_schedule import Share
from mario_perf.load.arrivals.pausable_clock import PausableClock
from mario_perf.load.record.time_of_day import now
from mario_perf.load.workers.messages import (
    AssignIterations,
    BatchDone,
    Command,
    CommandBatch,
    IterationsDone,
    OpenWindow,
    Quiesce,
    Release,
    SendReport,
    SetShare,
    StartArrivals,
    Stop,
    UsersReady,
    WorkerEvent,
    WorkerJoined,
)
from mario_perf.run_record import LostWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from locust.runners import MasterRunner

    from mario_perf.load.users.group_report import GroupReport
    from mario_perf.load.workers.channel import MasterChannel

LOG: Final = logging.getLogger("mario_perf")
_ANSWER_TIMEOUT: Final = 10.0
"""Seconds that a worker may take to answer, besides the time that a command itself takes."""
_POLL_INTERVAL: Final = 0.02  # seconds
_WATCH_INTERVAL: Final = 0.25
_NOTICE: Final = 0.25
"""Seconds of notice before new shares apply, so that all workers know them by then."""


class WorkerGroups:
    """Sends each command to all workers, and waits until all have done it; see :class:`UserGroup`.

    A worker that joins late catches up, and shares arrivals soon after its users are ready. A worker is lost
    when it ends, or when Locust misses its heartbeat. The other workers take over its arrivals, the master
    waits for it no longer, and tells it to stop in case it still runs.
    """

    def __init__(
        self,
        runner: MasterRunner,
        channel: MasterChannel,
        journeys: Callable[[int, int], Sequence[str]],
        on_finish: Callable[[], None],
    ) -> None:
        """``journeys(part, parts)`` gives a part of the fixed journeys; ``on_finish`` is called after all."""
        self.lost_workers: tuple[LostWorker, ...] = ()
        self._runner = runner
        self._channel = channel
        self._journeys = journeys
        self._on_finish = on_finish
        self._indexes: dict[str, int] = {}
        self._answers: dict[str, BatchDone] = {}
        self._number = 0
        self._joined: set[str] = set()
        self._ready_users: dict[str, int] = {}
        self._sharing: list[str] = []
        self._done: set[str] = set()
        self._clock = PausableClock()
        self._seconds: float | None = None
        self._is_quiet = self._window_open = False
        self._watching = gevent.spawn(self._keep_watching)
        channel.listener = self._on_event

    def wait_for_users(self, users: int, timeout: float) -> None:
        """Wait until this many users are ready, at most ``timeout`` seconds."""
        end = perf_counter() + timeout
        while sum(self._ready_users.values()) < users and perf_counter() < end:
            gevent.sleep(_POLL_INTERVAL)

    def start_arrivals(self, seconds: float) -> None:
        self._seconds = seconds
        self._clock.start()
        self._ask(StartArrivals(seconds))

    def quiesce(self, timeout: float) -> bool:
        """Hold back new requests; return whether none was in flight anywhere after ``timeout`` seconds."""
        self._is_quiet = True
        self._clock.pause()
        answers = self._ask(Quiesce(timeout), timeout + _ANSWER_TIMEOUT)
        return all(node in answers and answers[node].quiet for node in self._indexes)

    def open_window(self) -> None:
        """Count for the measurement window from now on."""
        self._window_open = True
        self._assign_iterations()
        self._ask(OpenWindow())

    def release(self) -> None:
        """Let requests begin again."""
        self._is_quiet = False
        self._clock.start()
        self._ask(Release())

    def reports(self) -> tuple[GroupReport, ...]:
        """The report of each group. A worker that does not report is lost, as is one that never joined."""
        answers = self._ask(SendReport())
        for node in [node for node in self._indexes if node not in answers]:
            self._lose(node)
        for node in self._silent_workers():
            self._count_as_lost(self._runner.get_worker_index(node))  # type: ignore[no-untyped-call]
        reports = (answer.report for answer in answers.values() if answer.report is not None)
        return tuple(sorted(reports, key=lambda report: report.index))

    def stop(self) -> None:
        self._watching.kill()
        self._ask(Stop())
        self._channel.listener = None

    def _on_event(self, node: str, event: WorkerEvent) -> None:
        match event:
            case WorkerJoined(index=index):
                self._add_worker(node, index)
            case UsersReady(users=users):
                self._ready_users[node] = users
                self._share_out()
            case BatchDone(number=number) if number == self._number:
                self._answers[node] = event
            case IterationsDone():
                self._done.add(node)
                self._finish_when_done()

    def _add_worker(self, node: str, index: int) -> None:
        """Bring a new worker to where the run is."""
        self._indexes[node] = index
        self._joined.add(node)
        commands: list[Command] = []
        if self._seconds is not None:
            commands.append(StartArrivals(self._seconds, self._clock.now))
        if self._window_open:
            commands += [AssignIterations(()), OpenWindow()]
        commands.append(Quiesce(0.0) if self._is_quiet else Release())
        self._channel.send(CommandBatch(tuple(commands)), node)

    def _ask(self, command: Command, timeout: float = _ANSWER_TIMEOUT) -> dict[str, BatchDone]:
        """Send a command to all workers, and return the answers that come before the timeout."""
        self._number += 1
        self._answers = {}
        for node in self._indexes:
            self._channel.send(CommandBatch((command,), self._number), node)
        end = perf_counter() + timeout
        while self._indexes.keys() - self._answers.keys() and perf_counter() < end:
            gevent.sleep(_POLL_INTERVAL)
            self._find_lost_workers()
        return self._answers

    def _send(self, command: Command, node: str) -> None:
        """Send a command without waiting for an answer."""
        self._channel.send(CommandBatch((command,)), node)

    def _keep_watching(self) -> None:
        while True:
            gevent.sleep(_WATCH_INTERVAL)
            self._find_lost_workers()

    def _find_lost_workers(self) -> None:
        for node in list(self._indexes):
            known = self._runner.clients.get(node)
            if known is None or known.state == STATE_MISSING:
                self._lose(node)

    def _lose(self, node: str) -> None:
        self._ready_users.pop(node, None)
        self._count_as_lost(self._indexes.pop(node))
        self._send(Stop(), node)  # it may come back, but the record does not have it
        self._share_out()
        self._finish_when_done()

    def _count_as_lost(self, index: int) -> None:
        self.lost_workers += (LostWorker(index=index, at=now()),)

    def _silent_workers(self) -> list[str]:
        """Workers that Locust has started but that never joined: something is wrong there."""
        clients = self._runner.clients
        return [node for node in clients if node not in self._joined and clients[node].state != STATE_INIT]

    def _share_out(self) -> None:
        """Share arrivals among the workers with ready users."""
        sharing = [node for node in self._indexes if self._ready_users.get(node)]
        if sharing == self._sharing:
            return
        self._sharing = sharing
        LOG.info(
            "Workers that share the load: %s",
            ", ".join(str(self._indexes[node]) for node in sharing) or "none",
        )
        moment = 0.0 if self._seconds is None else self._clock.now + _NOTICE
        for node in self._indexes.keys() - set(sharing):
            self._send(SetShare(None, moment), node)
        for index, node in enumerate(sharing):
            self._send(SetShare(Share(index, len(sharing)), moment), node)

    def _assign_iterations(self) -> None:
        """Give all fixed journeys to the workers with ready users; the others have nothing to do."""
        for node in self._indexes.keys() - set(self._sharing):
            self._send(AssignIterations(()), node)
        for index, node in enumerate(self._sharing):
            self._send(AssignIterations(tuple(self._journeys(index, len(self._sharing)))), node)

    def _finish_when_done(self) -> None:
        if self._done and self._done >= self._indexes.keys():
            self._done = set()
            self._on_finish()
