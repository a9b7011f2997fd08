"""Users whose runs are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

import gevent
from gevent.event import AsyncResult
from locust.event import EventHook

from mario_perf.load.options.run_options import Options
from mario_perf.load.users.rapid_http_user import RapidHttpUser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from locust.env import Environment

    from mario_perf.load.users.rapid_http_session import RapidHttpSession
    from mario_perf.load.users.step_session import StepSession
    from mario_perf.load.users.user_state import UserState
    from mario_perf.run_record import Side


class Coordinator(Protocol):
    """Takes users into the run of this process."""

    def new_user(self, clients: Mapping[Side, RapidHttpSession]) -> UserState:
        """The state of a new user."""


class MeasuredUser(RapidHttpUser):
    """Sends steps through its ``session``, which counts each and, in a duet, sends it to both sides.

    Attributes:
        session: Sends steps.
        random: Draws all choices: the same seed gives each user the same choices.
        index: Unique in the run, from 0. The indexes of worker w start at w million.
        scenario: The name that ``--scenario`` gave.
    """

    abstract = True
    timeout = 60.0
    coordinator: ClassVar[AsyncResult[Coordinator]] = AsyncResult()
    """Set once Locust has started. Users of a worker that joins a run may come before that."""

    scenarios: ClassVar[Sequence[str]] = ()
    """Names that ``--scenario`` accepts; empty accepts any name."""

    session: StepSession
    random: Random
    index: int
    scenario: str
    _user_state: UserState

    def __init__(self, environment: Environment) -> None:
        parsed = environment.parsed_options
        if parsed is not None and (parsed.insecure or parsed.ca):
            self.ssl_context_factory = Options.from_parsed(parsed).tls
        if parsed is not None and parsed.request_timeout:
            self.timeout = min(self.timeout, parsed.request_timeout)
        if self.host is not None:
            self.host = self.host.rstrip("/")  # the path of a step begins with a slash
        super().__init__(environment)
        # Each side has its own client: credentials, and cookies (which ignore ports), must not cross over.
        self._clients: dict[Side, RapidHttpSession] = {"candidate": self.client}
        if parsed is not None and parsed.duet:
            self._clients["baseline"] = self.new_client(parsed.duet.rstrip("/"))
        if parsed is not None and parsed.reference_url:
            unreported = EventHook()  # type: ignore[no-untyped-call]
            self._clients["reference"] = self.new_client(parsed.reference_url, unreported)

    @classmethod
    def journeys(cls, scenario: str, part: int, parts: int) -> Sequence[str]:  # noqa: ARG003 - to be overridden
        """The journeys of one of ``parts`` processes, by name, in a scenario with a fixed number of journeys.

        Empty for any other scenario. Each journey must be in exactly one part. Parts are counted from 0.
        """
        return ()

    def on_start(self) -> None:
        """Join the run, get ready, and wait for the first journey."""
        state = self._user_state = self.coordinator.get().new_user(self._clients)
        self.session, self.random, self.index = state.session, state.random, state.index
        self.scenario = state.scenario
        gevent.getcurrent().link(lambda _: state.leave())
        self.get_ready()
        state.wait_for_start()

    @property
    def has_fixed_journeys(self) -> bool:
        return self._user_state.iterations is not None

    @property
    def processes(self) -> int:
        """Number of processes that load the service, this one included. It may change during the run."""
        return self._user_state.group.share.count

    def next_journey(self) -> str | None:
        """Take the next of a fixed number of journeys, by name; None when all have been taken."""
        return self._user_state.take_iteration()

    def get_ready(self) -> None:
        """Prepare for the first journey. Override it where needed."""

    def wait_time(self) -> float:
        """Seconds until the next journey: think time; 0 in an open model, which waits for an arrival."""
        return self._user_state.wait_for_next()

    def think(self) -> None:
        """Pause between two steps. The pauses have a random stream of their own."""
        gevent.sleep(self._user_state.think_time())
