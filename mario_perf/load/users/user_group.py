"""The users of one process in one run, and all that they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Final

import gevent
from gevent.event import Event

from mario_perf.load.arrivals.arrival_counters import Ledger
from mario_perf.load.arrivals.arrival_queue import Lobby
from mario_perf.load.arrivals.arrival_schedule import GAPS, Arrivals, Part
from mario_perf.load.record.generator_health import Pulse
from mario_perf.load.record.step_counters import Tally
from mario_perf.load.users.quiesce_barrier import Turnstile
from mario_perf.load.users.step_session import Disagreements, Session, Target
from mario_perf.run_record import Generator, LostWorker, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mario_perf.load.arrivals.arrival_queue import Pool
    from mario_perf.load.arrivals.shared_iterations import Plan
    from mario_perf.load.options.run_options import Options
    from mario_perf.load.users.rapid_http_user import RapidHttpSession

_LOOK_AGAIN: Final = 0.02  # seconds
_APART: Final = 1_000_000
"""Users that one process could have: whose index this is added to is another's user."""


@dataclass(slots=True)
class Seat:
    """What one user of a run needs. With a ``lobby`` the model is open; a ``plan`` ends by itself."""

    index: int
    scenario: str
    session: Session
    random: Random
    pauses: Random
    think: tuple[float, float]
    lobby: Lobby | None
    plan: Plan | None
    window_opened: Event
    crew: Crew
    _present: bool = False
    _under_way: bool = False

    def pause(self) -> float:
        """A think time, seconds."""
        return self.pauses.uniform(*self.think)

    def wait_for_start(self) -> None:
        """Until the user's first journey may begin; those of a plan all belong into the window."""
        self._present = True
        self.crew.welcome()
        if self.plan is not None:
            self.window_opened.wait()
        self._wait_in_lobby()

    def deal(self) -> str | None:
        """The next journey of the plan; None when all have been dealt."""
        dealt = self.plan.deal() if self.plan else None
        self._under_way = dealt is not None
        return dealt

    def wait_for_next(self) -> float:
        """A journey has come to its end: seconds to wait for the next, when it does not arrive by itself."""
        self._end(whole=True)
        self._wait_in_lobby()
        return self.pause() if self.lobby is None else 0.0

    def leave(self) -> None:
        """The user is gone, maybe amid a journey: Locust moves users to a worker that comes late."""
        self._end(whole=False)
        self.crew.present -= self._present
        self._present = False

    def _wait_in_lobby(self) -> None:
        if self.lobby is not None:
            self.session.late = self.lobby.wait()
            self._under_way = self.plan is None  # else once it is dealt

    def _end(self, *, whole: bool) -> None:
        if not self._under_way:
            return
        self._under_way = False
        if self.plan is not None:
            self.plan.left(whole=whole)
        if self.lobby is not None:
            self.lobby.left(whole=whole)


@dataclass(slots=True)
class CrewReport:
    """What a crew did; of several crews together when merged."""

    index: int
    users: int
    seeds: str
    generator: Generator
    disagreements: Disagreements
    ledger: Ledger | None
    planned_made: int
    warm_up: dict[Side, Tally] = field(default_factory=dict)
    window: dict[Side, Tally] = field(default_factory=dict)


class Crew:
    """Seats for users, each with random streams of its own, and the moments of the run as they are told."""

    def __init__(
        self,
        options: Options,
        host: str,
        index: int = 0,
        plan: Plan | None = None,
        pool: Pool | None = None,
    ) -> None:
        """``index`` keeps the random streams of several processes apart; a ``plan`` is told what it holds.

        The ``pool`` of an open model grows. That of a plan does not: users begin its journeys together.
        """
        self.targets = targets(options, host)
        self.lost: tuple[LostWorker, ...] = ()
        self.part = Part()
        self.present = 0
        """Users who are ready: they wait for their first journey, or have begun it."""
        self._most_present = 0
        self._lobby = _lobby(options, index, None if plan else pool)
        self._plan = plan
        self._options = options
        self._index = index
        self._seats = 0
        self._window_opened = Event()
        self._turnstile = Turnstile()
        self._disagreements = Disagreements()
        self._pulse = Pulse()

    def seat(self, clients: Mapping[Side, RapidHttpSession], excluded: AbstractSet[str]) -> Seat:
        """What the next user needs; its random streams follow from the seed and its index alone."""
        index, self._seats = self._seats, self._seats + 1
        session = Session(
            clients,
            self.targets,
            self._turnstile,
            self._disagreements,
            self._stream(index, "order of the sides"),
            excluded,
        )
        return Seat(
            index=self._index * _APART + index,
            scenario=self._options.scenario,
            session=session,
            random=self._stream(index, "journeys"),
            pauses=self._stream(index, "pauses"),
            think=self._options.think,
            lobby=self._lobby,
            plan=self._plan,
            window_opened=self._window_opened,
            crew=self,
        )

    def welcome(self) -> None:
        """A user has become ready."""
        self.present += 1
        self._most_present = max(self._most_present, self.present)

    def gather(self, users: int, timeout: float) -> None:
        """Wait until so many users are ready."""
        end = perf_counter() + timeout
        while self.present < users and perf_counter() < end:
            gevent.sleep(_LOOK_AGAIN)

    def set_out(self, seconds: float, elapsed: float = 0.0) -> None:
        """Let journeys arrive by a plan of so many ``seconds``, from ``elapsed`` seconds into it."""
        if self._lobby is not None:
            self._lobby.set_out(seconds, elapsed)
            self._lobby.open()

    def take(self, place: int, of: int, moment: float) -> None:
        """Be one of so many crews, and take that part of all arrivals, from a moment of the plan on."""
        self.part = Part(place, of)
        if self._lobby is not None:
            self._lobby.share(self.part, moment)

    def sit_out(self, moment: float) -> None:
        """Take no arrivals from a moment of the plan on, until told which part."""
        if self._lobby is not None:
            self._lobby.share(None, moment)

    def deal(self, journeys: Sequence[str]) -> None:
        """Make these journeys of the plan, once the window is open."""
        if self._plan is not None:
            self._plan.set(journeys)

    def hold(self, timeout: float) -> bool:
        """Let no request begin, and wait until none is under way: whether that came to be in time."""
        if self._lobby is not None:
            self._lobby.close()
        return self._turnstile.hold(timeout)

    def open_window(self) -> None:
        """What comes from now on counts as in the window."""
        for target in self.targets:
            target.open_window()
        if self._lobby is not None:
            self._lobby.turn_page()
        self._pulse.start()
        self._window_opened.set()

    def release(self) -> None:
        """Let requests begin again."""
        self._turnstile.release(self._options.think[1] if self._lobby is None else 0.0)
        if self._lobby is not None:
            self._lobby.open()

    def reports(self) -> tuple[CrewReport, ...]:
        """What was done: of this one crew. What it does from now on is not counted."""
        for target in self.targets:
            target.close_books()
        report = CrewReport(
            self._index,
            self._most_present,
            self._seeds,
            self._pulse.read(),
            self._disagreements,
            self._lobby.close_ledger(self.present) if self._lobby else None,
            self._plan.made if self._plan else 0,
            {target.side: target.warm_up for target in self.targets},
            {target.side: target.window for target in self.targets},
        )
        return (report,)

    def close(self) -> None:
        """Send users home."""
        if self._lobby is not None:
            self._lobby.stop()
        self._turnstile.close()
        self._window_opened.set()  # who still waits for it finds the turnstile closed

    @property
    def _seeds(self) -> str:
        return f"{self._options.seed}/{self._index}"

    def _stream(self, index: int, purpose: str) -> Random:
        return Random(f"{self._seeds}/{index}/{purpose}")  # noqa: S311


def _lobby(options: Options, index: int, pool: Pool | None) -> Lobby | None:
    if options.rate is None:
        return None
    stream = Random(f"{options.seed}/{index}/arrivals")  # noqa: S311
    arrivals = Arrivals(options.rate, options.shape, GAPS[options.arrivals](stream))
    return Lobby(arrivals, pool, options.max_users)


def targets(options: Options, host: str) -> tuple[Target, ...]:
    """One target, or the two sides of a duet."""
    if options.duet is None:
        return (Target("candidate", host),)
    return (Target("baseline", options.duet, "baseline: "), Target("candidate", host, "candidate: "))


def merged(reports: tuple[CrewReport, ...]) -> CrewReport:
    """What several crews did together; of the generators the worst."""
    open_model = any(report.ledger for report in reports)
    total = CrewReport(0, 0, "", _worst(reports), Disagreements(), Ledger() if open_model else None, 0)
    for report in reports:
        total.users += report.users
        total.planned_made += report.planned_made
        total.disagreements.merge(report.disagreements)
        if total.ledger and report.ledger:
            total.ledger.merge(report.ledger)
        for into, part in ((total.warm_up, report.warm_up), (total.window, report.window)):
            for side, tally in part.items():
                into.setdefault(side, Tally()).merge(tally)
    return total


def _worst(reports: tuple[CrewReport, ...]) -> Generator:
    generators = [report.generator for report in reports]
    return Generator(
        cpu_utilisation=max((each.cpu_utilisation for each in generators), default=0.0),
        loop_lag_p99=max((each.loop_lag_p99 for each in generators), default=0.0),
        loop_lag_max=max((each.loop_lag_max for each in generators), default=0.0),
    )
