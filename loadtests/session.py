"""One user's conversation with the service, or in a duet with both: every step goes to each side."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadtests.steps import Answer
from loadtests.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

    from analysis.run_record import Side
    from loadtests.rapidhttp import RapidHttpSession
    from loadtests.steps import Step
    from loadtests.turnstile import Turnstile


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

    def open_window(self) -> None:
        """From here on requests count as in the window."""
        self.tally = self.window


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
        """Each side has a client of its own: cookies do not tell ports apart.

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
        with self._turnstile.passing():
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
        if len(due) > 1:
            self._order.shuffle(due)
        with self.together():
            late, self.late = self.late, self.late and 0.0
            answers = {
                target.side: self._send(target, step, where, body, late)
                for target, where in due
                if where is not None
            }
        self._compare(answers)
        return answers

    def _send(
        self, target: Target, step: Step, path: str, body: Mapping[str, Any] | None, late: float | None
    ) -> Answer:
        tally = target.tally.begin(step)
        with self._clients[target.side].request(
            step.method,
            target.url + path,
            name=target.prefix + step.name,
            json=body,
            allow_redirects=False,
            catch_response=True,
        ) as response:
            status: int = response.status_code
            if not status:
                tally.lost(response.error)
                return Answer(0, None)
            content_type = response.headers.get("content-type") if status == 404 else None  # noqa: PLR2004
            seconds = response.request_meta["response_time"] / 1000
            tally.answered(step, status, content_type, seconds, late)
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
