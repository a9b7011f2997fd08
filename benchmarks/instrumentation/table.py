"""The table of docs/benchmarks.md."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.instrumentation.records import Round

REFERENCE = "ours"


def markdown(rounds: Sequence[Round]) -> str:
    """Medians and spread over rounds, and each round's ratio to ours."""
    lines = [
        "| added to an operation | median | fastest to slowest round | times ours |",
        "|---|---|---|---|",
    ]
    for arm in rounds[0].microseconds:
        values = [each.microseconds[arm] for each in rounds]
        ratio = median(each.microseconds[arm] / each.microseconds[REFERENCE] for each in rounds)
        lines.append(
            f"| {arm} | {median(values):.2f} µs | {min(values):.2f} to {max(values):.2f} µs | {ratio:.1f} |"
        )
    scrapes = [each.scrape for each in rounds]
    lines.append(
        f"| *a scrape: 20 operations x 120 buckets, HTTP, business* | {median(scrapes):.2f} ms "
        f"| {min(scrapes):.2f} to {max(scrapes):.2f} ms | |"
    )
    return "\n".join(lines)
