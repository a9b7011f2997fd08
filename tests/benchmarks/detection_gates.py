"""Gates that were never played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.detection.records import Gate, Histogram, Round

if TYPE_CHECKING:
    from collections.abc import Sequence

BOUNDS = (0.001, 0.002, 0.004)

FAST, SLOW = {0: 100}, {1: 100}
"""A hundred executions in the first bucket (p95 at 0.95 ms), and in the second (1.95 ms)."""


def gate(
    condition: str = "unchanged",
    *,
    baseline: Sequence[dict[int, int]] = (FAST,),
    candidate: Sequence[dict[int, int]] = (FAST,),
    **changes: Any,
) -> Gate:
    """Of one operation; counts by bucket of each round."""
    made = Gate(
        condition=condition,
        started="2026-01-01T00:00:00+00:00",
        revision="abc",
        machine="2cores",
        outcome="pass",
        regressed=(),
        inconclusive=(),
        seconds=60.0,
        load_average=1.0,
        bounds=BOUNDS,
        rounds=tuple(
            Round(baseline={"GetMenuQuery": _counted(before)}, candidate={"GetMenuQuery": _counted(now)})
            for before, now in zip(baseline, candidate, strict=True)
        ),
    )
    return made.model_copy(update=changes)


def _counted(counts: dict[int, int]) -> Histogram:
    return Histogram(counts=counts, sum=0.1, failed=0)
