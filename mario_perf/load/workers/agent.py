"""A worker process: its users, steered by the master."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import gevent
from gevent import GreenletExit
from locust.runners import STATE_RUNNING, STATE_SPAWNING

from mario_perf import allowed_hosts
from mario_perf.load.arrivals.shared_iterations import SharedIterations
from mario_perf.load.options.run_options import Options
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.request_events import RequestEvents
from mario_perf.load.users.user_group import UserGroup
from mario_perf.load.users.user_pool import LocustUserPool
from mario_perf.load.workers import channel
from mario_perf.load.workers.command_handler import CommandHandler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locust.env import Environment
    from locust.runners import WorkerRunner

    from mario_perf.load.users.rapid_http_session import RapidHttpSession
    from mario_perf.load.users.user_state import UserState
    from mario_perf.run_record import Side


class WorkerAgent:
    """Takes part in each run of the master, which writes the record."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._channel = channel.of_worker(runner)
        self._group: UserGroup | None = None
        self._handler: CommandHandler | None = None
        self._events = RequestEvents(environment)
        environment.events.test_start.add_listener(self._begin)  # type: ignore[no-untyped-call]
        environment.events.test_stopping.add_listener(self._end)  # type: ignore[no-untyped-call]
        self._interrupted = False
        gevent.signal_handler(signal.SIGINT, self._interrupt)
        if runner.worker_state in {STATE_SPAWNING, STATE_RUNNING}:  # the run began before we could listen
            self._begin()

    def new_user(self, clients: Mapping[Side, RapidHttpSession]) -> UserState:
        """The state of a new user.

        Raises:
            GreenletExit: No run is in progress.
        """
        if self._group is None:
            raise GreenletExit
        excluded = frozenset(self._environment.parsed_options.exclude_tags or ())  # type: ignore[union-attr]
        return self._group.new_user(clients, excluded)

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        options = Options.from_parsed(self._environment.parsed_options)  # type: ignore[arg-type]
        index = max(self._runner.worker_index, 0)
        fixed = bool(journeys(self._environment, options))
        iterations = SharedIterations(self._finish_iterations) if fixed else None
        pool = LocustUserPool(self._runner)
        allowed_hosts.allow(options.allowed_hosts)
        self._group = UserGroup(options, self._environment.host or "", index, iterations, pool)
        self._handler = CommandHandler(self._channel, self._group, index)
        self._events.begin(self._group)

    def _finish_iterations(self) -> None:
        if self._handler is not None:
            self._handler.finish_iterations()

    def _end(self, **_: Any) -> None:  # noqa: ANN401
        if self._handler is not None:
            self._handler.close()
        if self._group is not None:
            self._group.stop()
        self._group = self._handler = None
        self._events.end()

    def _interrupt(self) -> None:
        """Leave the end of the run to the master, which gets Ctrl-C, too. Exit on a second Ctrl-C."""
        if self._group is None or self._interrupted:
            gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
        self._interrupted = True


def journeys(environment: Environment, options: Options, part: int = 0, parts: int = 1) -> tuple[str, ...]:
    """The journeys of one of ``parts`` processes. Empty unless the scenario has a fixed number of them."""
    return tuple(
        journey
        for user in environment.user_classes
        if issubclass(user, MeasuredUser)
        for journey in user.journeys(options.scenario, part, parts)
    )
