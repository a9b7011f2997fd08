"""The message if no histogram fits: what each one lacks, and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.configuration.discovery.instrumentations import buckets_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.configuration.discovery.candidates import Candidate, Misfit
    from mario_perf.configuration.discovery.evidence import MetricInventory

_MAX_NAMES = 8


def explain(inventory: MetricInventory, misfits: Sequence[Misfit]) -> str:
    """One line for all that is there."""
    parts = list(_parts(inventory, misfits))
    if not parts:
        parts = ["no histogram found; send the service a few requests, or give the URL of its metrics"]
    more = f"; and {len(parts) - _MAX_NAMES} more" if len(parts) > _MAX_NAMES else ""
    without = "without metrics, init --client judges response times"
    return "no histogram of durations by operation: " + "; ".join((*parts[:_MAX_NAMES], without)) + more


def ambiguous(candidates: Sequence[Candidate]) -> str:
    """Several histograms without labels, each with one operation."""
    names = [each.metrics.duration for each in candidates]
    listing = ", ".join(names[:_MAX_NAMES]) + (
        f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    )
    return (
        f"several histograms, each with one operation: {listing}; a gate reads one histogram: choose it with "
        "--histogram, or change the service to use one histogram with a label for the operation"
    )


def _parts(inventory: MetricInventory, misfits: Sequence[Misfit]) -> Iterator[str]:
    for each in misfits:
        yield f"{each.name}: {each.reason}; {each.remedy}"
    for name in inventory.bucketless:
        yield f"{name}: a summary without buckets; {buckets_by(name)}"
