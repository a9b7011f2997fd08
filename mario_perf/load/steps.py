"""What a journey step is, and what came back. Pure: no Locust, no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

_NEVER_REACHES_A_HANDLER: Final = frozenset({307, 405, 422})
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of request in a journey, and the operation that it triggers in the service.

    ``business`` are the statuses by which the service refuses for a reason of the trade, such as a kitchen at
    capacity: expected, and no failure of the service. With ``--exclude-tags`` a step's ``tag`` leaves it out.
    """

    name: str
    operation: str
    method: str
    business: frozenset[int] = frozenset()
    tag: str | None = None

    def failed(self, status: int) -> bool:
        """Whether an answer with this status is a failure: neither a success nor a business answer."""
        return not (200 <= status < 300 or status in self.business)  # noqa: PLR2004 - HTTP's successes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as the journeys see it. ``status`` is 0 when none came."""

    status: int
    body: bytes | None

    @property
    def ok(self) -> bool:
        """Whether the step did what it was for."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def json(self) -> Any:  # noqa: ANN401 - whatever the service sent
        """The body of a success read as JSON; None for any other answer, and for what is no JSON."""
        if not (self.ok and self.body):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def reached(status: int, content_type: str | None) -> bool:
    """Whether an answer came from the operation's handler, so that the service's own metrics know of it.

    Redirects, unknown methods and invalid input are answered by the HTTP layer before that. A 404 is the
    handler's when it carries problem details, else it is the router's.
    """
    if status == 404:  # noqa: PLR2004
        return (content_type or "").partition(";")[0].strip().lower() == _PROBLEM
    return status not in _NEVER_REACHES_A_HANDLER
