"""The reference's share of the load: now and then one user asks it, between two journeys.

So it is loaded while the service is, and rests when the service does. A request has it do each kind of its
work.
"""

from __future__ import annotations

from time import perf_counter
from typing import Final

from mario_perf.load.steps import Step
from mario_perf.load.users.load_target import LoadTarget

STEPS: Final = 10
"""Steps to the service for one request to the reference, at least."""

GAP: Final = 0.05
"""Seconds between two requests, at least: they need a few hundredths of a core, however large the load."""


class ReferenceLoad:
    """Paces the requests of one process to the reference at ``url``."""

    path: Final = "/work"
    step: Final = Step("GET /work")

    def __init__(self, url: str) -> None:
        self.target = LoadTarget("reference", url, "reference: ")
        self.steps = 0
        """To the service, by all users, since the last request to the reference."""
        self._next = 0.0

    def take(self) -> bool:
        """Whether it is time for a request. The user who asks sends it."""
        now = perf_counter()
        if self.steps < STEPS or now < self._next:
            return False
        self.steps = 0
        self._next = now + GAP
        return True
