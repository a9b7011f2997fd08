"""Runs the master's commands in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import gevent

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
    WorkerJoined,
)

if TYPE_CHECKING:
    from mario_perf.load.users.group_report import GroupReport
    from mario_perf.load.users.user_group import UserGroup
    from mario_perf.load.workers.channel import WorkerChannel

_COUNT_INTERVAL: Final = 0.1  # seconds


class CommandHandler:
    """A worker's end of one run: its users do what the master commands, and nothing before."""

    def __init__(self, channel: WorkerChannel, group: UserGroup, index: int) -> None:
        self._channel = channel
        self._group = group
        group.quiesce(0.0)
        group.set_share(None, 0.0)
        channel.listener = self._on_batch
        channel.send(WorkerJoined(index))
        self._counting = gevent.spawn(self._keep_counting)

    def finish_iterations(self) -> None:
        """Tell the master that all journeys assigned to this worker have ended."""
        self._channel.send(IterationsDone())

    def close(self) -> None:
        self._counting.kill()

    def _keep_counting(self) -> None:
        """Tell the master how many users are ready, once the number is stable."""
        sent = before = 0
        while True:
            gevent.sleep(_COUNT_INTERVAL)
            now = self._group.ready_users
            if now == before != sent:
                self._channel.send(UsersReady(now))
                sent = now
            before = now

    def _on_batch(self, _: str, batch: CommandBatch) -> None:
        quiet: bool | None = None
        report: GroupReport | None = None
        for command in batch.commands:
            if isinstance(command, Quiesce):
                quiet = self._group.quiesce(command.timeout)
            elif isinstance(command, SendReport):
                (report,) = self._group.reports()
            else:
                self._run(command)
        if batch.number is not None:
            self._channel.send(BatchDone(batch.number, quiet, report))

    def _run(self, command: Command) -> None:
        group = self._group
        match command:
            case StartArrivals(seconds=seconds, elapsed=elapsed):
                group.start_arrivals(seconds, elapsed)
            case SetShare(share=share, moment=moment):
                group.set_share(share, moment)
            case AssignIterations(journeys=journeys):
                group.assign_iterations(journeys)
            case OpenWindow():
                group.open_window()
            case Release():
                group.release()
            case Stop():
                group.stop()
