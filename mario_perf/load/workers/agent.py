"""A process that takes part in a run: its crew, and its part of a plan."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import gevent
from gevent import GreenletExit
from locust.runners import STATE_RUNNING, STATE_SPAWNING

from mario_perf.load.arrivals.shared_iterations import Plan
from mario_perf.load.options.run_options import Options
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.user_group import Crew
from mario_perf.load.users.user_pool import LocustPool
from mario_perf.load.workers.channel import Line
from mario_perf.load.workers.worker_groups import Hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from locust.env import Environment
    from locust.runners import WorkerRunner

    from mario_perf.load.users.rapid_http_user import RapidHttpSession
    from mario_perf.load.users.user_group import Seat
    from mario_perf.run_record import Side


class Participant:
    """Of a worker: the master leads its crew, and writes the record."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._line = Line(runner)
        self._crew: Crew | None = None
        self._hand: Hand | None = None
        environment.events.test_start.add_listener(self._begin)  # type: ignore[no-untyped-call]
        environment.events.test_stopping.add_listener(self._end)  # type: ignore[no-untyped-call]
        self._interrupted = False
        gevent.signal_handler(signal.SIGINT, self._interrupt)
        if runner.worker_state in {STATE_SPAWNING, STATE_RUNNING}:  # a run began before there was a listener
            self._begin()

    def seat(self, clients: Mapping[Side, RapidHttpSession]) -> Seat:
        """A seat in the run for a new user.

        Raises:
            GreenletExit: There is no run to take part in.
        """
        if self._crew is None:
            raise GreenletExit
        excluded = frozenset(self._environment.parsed_options.exclude_tags or ())  # type: ignore[union-attr]
        return self._crew.seat(clients, excluded)

    def _begin(self, **_: Any) -> None:  # noqa: ANN401 - Locust's events
        options = Options.from_parsed(self._environment.parsed_options)  # type: ignore[arg-type]
        index = max(self._runner.worker_index, 0)
        plan = Plan(self._done) if journeys(self._environment, options) else None
        self._crew = Crew(options, self._environment.host or "", index, plan, LocustPool(self._runner))
        self._hand = Hand(self._line, self._crew, index)

    def _done(self) -> None:
        if self._hand is not None:
            self._hand.done()

    def _end(self, **_: Any) -> None:  # noqa: ANN401
        if self._hand is not None:
            self._hand.close()
        if self._crew is not None:
            self._crew.close()
        self._crew = self._hand = None

    def _interrupt(self) -> None:
        """Ctrl-C reaches master and workers alike: the master ends the run. The second time we go."""
        if self._crew is None or self._interrupted:
            gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
        self._interrupted = True


def journeys(environment: Environment, options: Options, part: int = 0, parts: int = 1) -> tuple[str, ...]:
    """What one of several processes is to do of a scenario with a fixed number of journeys; else nothing."""
    return tuple(
        journey
        for user in environment.user_classes
        if issubclass(user, MeasuredUser)
        for journey in user.journeys(options.scenario, part, parts)
    )
