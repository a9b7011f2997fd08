"""A journey's step, and the answer to it. Pure: no Locust, no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

_NEVER_REACHES_A_HANDLER: Final = frozenset({307, 405, 422})
_MAY_PASS: Final = frozenset({408, 425, 429})
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of request in a journey, and the operation that it triggers in the service.

    A service without metrics needs no ``operation``.
    ``business`` are the statuses of expected refusals, such as a kitchen at capacity: they are not failures.
    ``--exclude-tags`` leaves out the steps with that ``tag``.
    """

    name: str
    operation: str | None = None
    method: str = "GET"
    business: frozenset[int] = frozenset()
    tag: str | None = None

    def failed(self, status: int) -> bool:
        """Whether an answer with this status is a failure: neither a success nor a business answer."""
        return not (200 <= status < 300 or status in self.business)  # noqa: PLR2004 - HTTP's successes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as journeys see it. ``status`` is 0 without a response."""

    status: int
    body: bytes | None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def refused(self) -> bool:
        """Whether the service would refuse the same request again."""
        return 400 <= self.status < 500 and self.status not in _MAY_PASS  # noqa: PLR2004

    def json(self) -> Any:  # noqa: ANN401 - JSON of any type
        """The body of a success as JSON; None for any other answer, and for a body that is not JSON."""
        if not (self.ok and self.body):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def reached_handler(status: int, content_type: str | None) -> bool:
    """Whether the response came from the operation's handler, so that the service's own metrics count it.

    Redirects, unknown methods and invalid input are answered by the HTTP layer before that. A 404 is the
    handler's when it carries problem details; else it is the router's.
    """
    if status == 404:  # noqa: PLR2004
        return (content_type or "").partition(";")[0].strip().lower() == _PROBLEM
    return status not in _NEVER_REACHES_A_HANDLER
