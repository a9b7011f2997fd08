"""One user's own part in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from gevent.event import Event

    from mario_perf.load.arrivals.arrival_queue import ArrivalQueue
    from mario_perf.load.arrivals.shared_iterations import SharedIterations
    from mario_perf.load.users.step_session import StepSession
    from mario_perf.load.users.user_group import UserGroup


@dataclass(slots=True)
class UserState:
    """What one user needs. An open model has ``arrivals``; a fixed number of journeys is ``iterations``."""

    index: int
    scenario: str
    session: StepSession
    random: Random
    pauses: Random
    think: tuple[float, float]
    arrivals: ArrivalQueue | None
    iterations: SharedIterations | None
    window_opened: Event
    group: UserGroup
    _ready: bool = False
    _in_journey: bool = False

    def think_time(self) -> float:
        """Draw a think time, seconds."""
        return self.pauses.uniform(*self.think)

    def wait_for_start(self) -> None:
        """Wait until the first journey may begin. Shared iterations begin when the window opens."""
        self._ready = True
        self.group.add_ready_user()
        if self.iterations is not None:
            self.window_opened.wait()
        self._wait_for_arrival()

    def take_iteration(self) -> str | None:
        """Take the next shared journey; None when all have been taken."""
        journey = self.iterations.take() if self.iterations else None
        self._in_journey = journey is not None
        return journey

    def wait_for_next(self) -> float:
        """End a journey, and wait for the next arrival. In a closed model, return the think time instead."""
        self._finish(completed=True)
        self.session.ask_reference()
        self._wait_for_arrival()
        return self.think_time() if self.arrivals is None else 0.0

    def leave(self) -> None:
        """Leave the run, maybe during a journey: Locust moves users to a worker that joins late."""
        self._finish(completed=False)
        self.group.ready_users -= self._ready
        self._ready = False

    def _wait_for_arrival(self) -> None:
        if self.arrivals is not None:
            self.session.late = self.arrivals.wait()
            self._in_journey = self.iterations is None  # else when one has been taken

    def _finish(self, *, completed: bool) -> None:
        if not self._in_journey:
            return
        self._in_journey = False
        if self.iterations is not None:
            self.iterations.finish(completed=completed)
        if self.arrivals is not None:
            self.arrivals.finish(completed=completed)
