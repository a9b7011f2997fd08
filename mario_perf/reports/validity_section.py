"""What was looked at before a run was judged, and was found in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import GateResult

EVERY_RUN = {
    "edge-not-covered": "scrapes cover the whole run and meet the window's edges",
    "scrape-gap": "between scrapes there is no gap",
    "restart": "no service was seen to restart",
    "counter-reset": "no counter fell",
    "metrics-defect": "the metrics do not contradict themselves",
    "unit-doubtful": "the service's times fit those that the client saw",
    "abandoned-requests": "every request was answered",
    "generator-saturated": "the load generator kept up",
    "load-not-achieved": "the offered load was achieved",
    "drift": "no service became much slower within the window",
}
"""By the code of the finding that says otherwise."""
COUNTED = {"counts-disagree": "client and service counted the same"}
DUET = {
    "unequal-work": "both sides were sent the same",
    "one-round": "there was more than one round",
}
OPEN = {
    "load-not-offered": "every journey that was due arrived",
    "generator-late": "journeys began when they were due",
    "arrivals-dropped": "every journey that arrived found a user",
}
DISTRIBUTED = {"worker-lost": "no worker was lost"}


def passed(result: GateResult) -> list[str]:
    """The checks that found nothing, of those that had something to look at."""
    found = {finding.code for finding in result.findings}
    return [told for checks in _made(result) for code, told in checks.items() if code not in found]


def _made(result: GateResult) -> Iterator[dict[str, str]]:
    if result.runs:
        yield EVERY_RUN
    if result.reconciliation:
        yield COUNTED
    if result.method == "duet" and result.runs:
        yield DUET
    if any(run.arrivals for run in result.runs):
        yield OPEN
    if any(run.workers for run in result.runs):
        yield DISTRIBUTED
