"""The shape of a closed model: how many users run, as Locust asks for it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from locust import LoadTestShape

if TYPE_CHECKING:
    from argparse import Namespace

    from mario_perf.load.arrivals.shapes import Shape


class UserCountShape(LoadTestShape):
    """``--users`` times the shape's level, at ``--spawn-rate``; at least one user."""

    use_common_options = True

    def __init__(self, shape: Shape, parsed: Namespace) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._shape = shape
        self._parsed = parsed

    def tick(self) -> tuple[int, float] | None:
        """Users and spawn rate now; None after the end."""
        level = self._shape.level(self.get_run_time())  # type: ignore[no-untyped-call]
        if level is None:
            return None
        users = self._parsed.num_users or 1
        return max(ceil(users * level - 0.5), 1), float(self._parsed.spawn_rate or users)
