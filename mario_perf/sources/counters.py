"""Cumulative counters, and the scrapes that a span of time is measured between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.run_record import Span

    Floats = NDArray[np.float64]

Number = TypeVar("Number", np.int64, np.float64)

MIN_SCRAPES = 2
"""Fewest scrapes in a run's window: a difference needs two. Findings give the reason."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Indexes of the scrapes that a span is measured between."""

    first: int
    last: int

    @property
    def scrapes(self) -> slice:
        return slice(self.first, self.last + 1)


def increase(counters: NDArray[Number]) -> NDArray[Number]:
    """What counters ``(T, ...)`` counted between scrapes, ``(T - 1, ...)``.

    A counter that fell was reset, and has counted its new value since (Prometheus' rule for ``increase``).
    """
    increases: NDArray[Number] = np.diff(counters, axis=0)
    return np.where(increases < 0, counters[1:], increases)


def apportion(total: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers ``(S,)`` in proportion to ``weights`` (evenly if all are 0) that add up to ``total``."""
    shares = weights if weights.any() else np.ones_like(weights)
    reached = np.rint(total * shares.cumsum() / shares.sum()).astype(np.int64)
    return np.asarray(np.diff(reached, prepend=0))


def around(times: Floats, span: Span) -> Edges:
    """The last scrape at or before the span and the first at or after it, as far as there are any."""
    first = int(np.searchsorted(times, span.start, side="right")) - 1
    last = int(np.searchsorted(times, span.end, side="left"))
    return Edges(max(first, 0), min(last, len(times) - 1))


def inside(times: Floats, span: Span) -> Edges:
    """The first and the last scrape inside the span; twice the nearest one if there is none."""
    first = min(int(np.searchsorted(times, span.start, side="left")), len(times) - 1)
    last = int(np.searchsorted(times, span.end, side="right")) - 1
    return Edges(first, max(first, last))
