"""Sends one user's steps to the service, or in a duet to both services."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mario_perf.load.steps import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

    from mario_perf.load.steps import Step
    from mario_perf.load.users.load_target import LoadTarget, RequestInFlight
    from mario_perf.load.users.quiesce_barrier import QuiesceBarrier
    from mario_perf.load.users.rapid_http_session import CaughtResponse, RapidHttpSession
    from mario_perf.load.users.reference_load import ReferenceLoad
    from mario_perf.run_record import Side


_NO_BARRIER: Final = nullcontext()


@dataclass(slots=True)
class Disagreements:
    """How often the sides of a duet got different work."""

    answers: int = 0
    skipped: int = 0

    def merge(self, other: Disagreements) -> None:
        """Add the counts of another process."""
        self.answers += other.answers
        self.skipped += other.skipped


class StepSession:
    """Sends a user's steps, one after the other."""

    def __init__(
        self,
        clients: Mapping[Side, RapidHttpSession],
        targets: tuple[LoadTarget, ...],
        barrier: QuiesceBarrier,
        disagreements: Disagreements,
        order: Random,
        excluded: AbstractSet[str] = frozenset(),
    ) -> None:
        """Each side has a client of its own, which knows its URL.

        ``order`` draws which side of a duet comes first; steps with an ``excluded`` tag are left out.
        """
        self._clients = clients
        self._targets = targets
        self._barrier = barrier
        self._disagreements = disagreements
        self._order = order
        self._excluded = excluded
        self._atomic = False
        self.reference: ReferenceLoad | None = None
        """Asked between journeys, if there is one."""
        self.late: float | None = None
        """In an open model: seconds from the due moment of the journey to its first step."""

    @property
    def sides(self) -> tuple[Side, ...]:
        return tuple(target.side for target in self._targets)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let neither the window's edges nor the end of the run come between the steps in this block."""
        if self._atomic:
            yield
            return
        with self._barrier:
            self._atomic = True
            try:
                yield
            finally:
                self._atomic = False

    def step(
        self, step: Step, path: Callable[[Side], str | None] | str, body: Mapping[str, Any] | None = None
    ) -> dict[Side, Answer]:
        """Send a step to each side, one right after the other, and return the answers.

        Args:
            step: The step.
            path: The URL's path, by side; None leaves out a side.
            body: Sent as JSON.

        Raises:
            GreenletExit: The run is over.
        """
        if step.tag in self._excluded:
            return {}
        if self.reference is not None:
            self.reference.steps += 1
        requests = [
            (target, path if isinstance(path, str) else path(target.side)) for target in self._targets
        ]
        if len(requests) == 1:
            return self._send_to(requests, step, body)
        self._order.shuffle(requests)
        answers = self._send_to(requests, step, body)
        self._compare(answers)
        return answers

    def ask_reference(self) -> None:
        """Send the reference its next request, if there is a reference and its time has come.

        Raises:
            GreenletExit: The run is over.
        """
        if self.reference is None or not self.reference.take():
            return
        with self._barrier:
            self._send(self.reference.target, self.reference.step, self.reference.path, None, None)

    def _send_to(
        self, requests: list[tuple[LoadTarget, str | None]], step: Step, body: Mapping[str, Any] | None
    ) -> dict[Side, Answer]:
        with _NO_BARRIER if self._atomic else self._barrier:
            late, self.late = self.late, self.late and 0.0
            return {
                target.side: self._send(target, step, path, body, late)
                for target, path in requests
                if path is not None
            }

    def _send(
        self, target: LoadTarget, step: Step, path: str, body: Mapping[str, Any] | None, late: float | None
    ) -> Answer:
        request = target.begin(step, late)
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
            counts = target.end(request)
        with response:
            status: int = response.status_code
            if counts:
                _count(request, step, response)
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


def _count(request: RequestInFlight, step: Step, response: CaughtResponse) -> None:
    counters, status = request.counters, response.status_code
    seconds = response.request_meta["response_time"] / 1000
    if not status:
        assert response.error is not None  # noqa: S101 - a missing status has a reason
        counters.count_error(response.error, seconds, request.late)
        return
    content_type = response.headers.get("content-type") if status == 404 else None  # noqa: PLR2004
    counters.count_response(step, status, content_type, seconds, request.late)
