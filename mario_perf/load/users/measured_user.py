"""Users whose runs are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

import gevent
from gevent.event import AsyncResult

from mario_perf.load.options.run_options import Options
from mario_perf.load.users.rapid_http_user import RapidHttpUser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from locust.env import Environment

    from mario_perf.load.users.rapid_http_user import RapidHttpSession
    from mario_perf.load.users.step_session import Session
    from mario_perf.load.users.user_group import Seat
    from mario_perf.run_record import Side


class Seats(Protocol):
    """Where users get their part in a run."""

    def seat(self, clients: Mapping[Side, RapidHttpSession]) -> Seat:
        """A seat for a new user."""


class MeasuredUser(RapidHttpUser):
    """Sends steps through its ``session``: each is counted, and in a duet sent to both sides.

    Attributes:
        session: What steps are sent with.
        random: For all choices: the same seed gives every user the same ones.
        index: No other user has it: 0 for the first, then 1, and so on; of worker w a million times w more.
        scenario: What is going on, by the name that ``--scenario`` gave.
    """

    abstract = True
    timeout = 60.0
    recorder: ClassVar[AsyncResult[Seats]] = AsyncResult()
    """There once Locust has started. Users of a worker that joins a run may come before it."""

    scenarios: ClassVar[Sequence[str]] = ()
    """Names that ``--scenario`` may have; any, if there are none."""

    session: Session
    random: Random
    index: int
    scenario: str
    _seat: Seat

    def __init__(self, environment: Environment) -> None:
        parsed = environment.parsed_options
        if parsed is not None and (parsed.insecure or parsed.ca):
            self.ssl_context_factory = Options.from_parsed(parsed).tls
        if parsed is not None and parsed.request_timeout:
            self.timeout = min(self.timeout, parsed.request_timeout)
        if self.host is not None:
            self.host = self.host.rstrip("/")  # paths of steps begin with one
        super().__init__(environment)
        # Neither credentials nor cookies, which do not tell ports apart, may get from one side to the other.
        self._clients: dict[Side, RapidHttpSession] = {"candidate": self.client}
        if parsed is not None and parsed.duet:
            self._clients["baseline"] = self.new_client(parsed.duet.rstrip("/"))

    @classmethod
    def journeys(cls, scenario: str, part: int, parts: int) -> Sequence[str]:  # noqa: ARG003 - to be overridden
        """Of a scenario with a fixed number of journeys those that one of ``parts`` processes makes, by name.

        None of any other scenario. Every journey must be in exactly one part; they are counted from 0.
        """
        return ()

    def on_start(self) -> None:
        """Take a seat in the run, get ready, and wait for the first journey."""
        seat = self._seat = self.recorder.get().seat(self._clients)
        self.session, self.random, self.index = seat.session, seat.random, seat.index
        self.scenario = seat.scenario
        gevent.getcurrent().link(lambda _: seat.leave())
        self.get_ready()
        seat.wait_for_start()

    @property
    def has_plan(self) -> bool:
        """Whether the scenario has a fixed number of journeys."""
        return self._seat.plan is not None

    @property
    def processes(self) -> int:
        """How many processes load the service, this one included. It may change during the run."""
        return self._seat.crew.part.of

    def next_journey(self) -> str | None:
        """The next journey of the plan, by name; None when all have been dealt."""
        return self._seat.deal()

    def get_ready(self) -> None:
        """What a user needs before the first journey. To be overridden."""

    def wait_time(self) -> float:
        """Seconds until the next journey: think time; none in an open model, where it comes by itself."""
        return self._seat.wait_for_next()

    def think(self) -> None:
        """Pause between two steps. The pauses have a random stream of their own."""
        gevent.sleep(self._seat.pause())
