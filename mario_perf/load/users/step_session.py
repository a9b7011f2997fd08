"""One user's conversation with the service, or in a duet with both: every step goes to each side."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from mario_perf.load.record.step_counters import StepTally, Tally
from mario_perf.load.steps import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

    from mario_perf.load.steps import Step
    from mario_perf.load.users.quiesce_barrier import Turnstile
    from mario_perf.load.users.rapid_http_user import CaughtResponse, RapidHttpSession
    from mario_perf.run_record import Side


_ALREADY_INSIDE: Final = nullcontext()


@dataclass(slots=True, eq=False)
class Waiting:
    """A request under way: who counts it, when it was sent, and in an open model how late. Never changed.

    It is not frozen: there is one a request, and the making would take three times as long.
    """

    tally: StepTally
    since: float
    late: float | None


class Target:
    """One service under load, and all that was sent to it."""

    def __init__(self, side: Side, url: str, prefix: str = "") -> None:
        """``prefix`` stands before the names in Locust's statistics."""
        self.side = side
        self.url = url.rstrip("/")
        self.prefix = prefix
        self.warm_up = Tally()
        self.window = Tally()
        self.tally = self.warm_up
        self._under_way: set[Waiting] = set()

    def open_window(self) -> None:
        """From here on requests count as in the window."""
        self.tally = self.window

    def begin(self, step: Step, late: float | None) -> Waiting:
        """Count a request as started, and as under way until its :meth:`end`."""
        waiting = Waiting(self.tally.begin(step), perf_counter(), late)
        self._under_way.add(waiting)
        return waiting

    def end(self, waiting: Waiting) -> bool:
        """It is under way no longer: whether its end is still to be counted."""
        counts = waiting in self._under_way
        self._under_way.discard(waiting)
        return counts

    def close_books(self) -> None:
        """Count how long those under way have waited so far, and nothing that comes from now on."""
        now = perf_counter()
        while self._under_way:
            waiting = self._under_way.pop()
            waiting.tally.took(now - waiting.since, waiting.late)
        self.tally = Tally()


@dataclass(slots=True)
class Disagreements:
    """How often the sides of a duet got different work. Their own counts say what."""

    answers: int = 0
    skipped: int = 0

    def merge(self, other: Disagreements) -> None:
        """Count what another process has counted, too."""
        self.answers += other.answers
        self.skipped += other.skipped


class Session:
    """Sends a user's steps, one after the other."""

    def __init__(
        self,
        clients: Mapping[Side, RapidHttpSession],
        targets: tuple[Target, ...],
        turnstile: Turnstile,
        disagreements: Disagreements,
        order: Random,
        excluded: AbstractSet[str] = frozenset(),
    ) -> None:
        """Each side has a client of its own, which knows its URL.

        ``order`` draws which side of a duet comes first; steps with an ``excluded`` tag are left out.
        """
        self._clients = clients
        self._targets = targets
        self._turnstile = turnstile
        self._disagreements = disagreements
        self._order = order
        self._excluded = excluded
        self._inside = False
        self.late: float | None = None
        """In an open model: seconds after it was due that the journey began. Its first step is as late."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that steps are sent to."""
        return tuple(target.side for target in self._targets)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Steps in this block are not torn apart by the end of the run, or of the warm-up."""
        if self._inside:
            yield
            return
        with self._turnstile:
            self._inside = True
            try:
                yield
            finally:
                self._inside = False

    def step(
        self, step: Step, path: Callable[[Side], str | None] | str, body: Mapping[str, Any] | None = None
    ) -> dict[Side, Answer]:
        """Send a step to every side, one right after the other, and give what each answered.

        Args:
            step: What it is.
            path: Where to, by side; a side for which it is None is left out.
            body: Sent as JSON.

        Raises:
            GreenletExit: The run is over.
        """
        if step.tag in self._excluded:
            return {}
        due = [(target, path if isinstance(path, str) else path(target.side)) for target in self._targets]
        if len(due) == 1:
            return self._send_to(due, step, body)
        self._order.shuffle(due)
        answers = self._send_to(due, step, body)
        self._compare(answers)
        return answers

    def _send_to(
        self, due: list[tuple[Target, str | None]], step: Step, body: Mapping[str, Any] | None
    ) -> dict[Side, Answer]:
        with _ALREADY_INSIDE if self._inside else self._turnstile:
            late, self.late = self.late, self.late and 0.0
            return {
                target.side: self._send(target, step, where, body, late)
                for target, where in due
                if where is not None
            }

    def _send(
        self, target: Target, step: Step, path: str, body: Mapping[str, Any] | None, late: float | None
    ) -> Answer:
        waiting = target.begin(step, late)
        try:
            response = self._clients[target.side].request(
                step.method,
                path,
                name=target.prefix + step.name,
                json=body,
                allow_redirects=False,
                catch_response=True,
            )
        finally:
            counts = target.end(waiting)
        with response:
            status: int = response.status_code
            if counts:
                _count(waiting, step, response)
            if not status:
                return Answer(0, None)
            if step.failed(status):
                response.failure(f"status {status}")
            else:
                response.success()
            return Answer(status, response.content)

    def _compare(self, answers: dict[Side, Answer]) -> None:
        if answers and len(answers) < len(self._targets):
            self._disagreements.skipped += 1
        elif len({answer.ok for answer in answers.values()}) > 1:
            self._disagreements.answers += 1


def _count(waiting: Waiting, step: Step, response: CaughtResponse) -> None:
    """How a request has ended."""
    tally, status = waiting.tally, response.status_code
    seconds = response.request_meta["response_time"] / 1000
    if not status:
        assert response.error is not None  # noqa: S101 - it says why there is no status
        tally.lost(response.error, seconds, waiting.late)
        return
    content_type = response.headers.get("content-type") if status == 404 else None  # noqa: PLR2004
    tally.answered(step, status, content_type, seconds, waiting.late)
