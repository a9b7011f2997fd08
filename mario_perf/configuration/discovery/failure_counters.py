"""Which counter tells failures, where the histogram itself does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery import status_labels
from mario_perf.configuration.discovery.vocabulary import OTHER, tokens
from mario_perf.configuration.service_metrics import UNITS_BY_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.configuration.discovery.evidence import Family, Histogram
    from mario_perf.configuration.discovery.status_labels import StatusLabel

_FAILURES = frozenset(OTHER["of failures or of successes alone"]) - {"success", "successes"}
_ANY = frozenset({"total", "count", "bucket", "duration", "latency", "time", "by", *UNITS_BY_WORD})
"""Words that two metrics may share without belonging together."""


@dataclass(frozen=True, slots=True)
class FailureCounter:
    """A counter of failures; with a status it counts successes, too."""

    name: str
    status: StatusLabel | None


def choose(histogram: Histogram, names: Sequence[str], counters: Sequence[Family]) -> FailureCounter | None:
    """The counter that is nearest to a histogram by its name and has the same labels for operations."""
    least = 1 if names else 2
    ranked = []
    for counter in counters:
        shared = _shared(histogram.name, counter.name)
        if shared >= least and set(names) <= counter.labels and counter.name != f"{histogram.name}_count":
            found = _read(counter)
            if found is not None:
                ranked.append((shared, found.status is None, found))
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def _read(counter: Family) -> FailureCounter | None:
    """How a counter tells failures: by its name, or by a status."""
    status = status_labels.choose(counter)
    words = {*tokens(counter.name)}
    if _FAILURES & words or {"5", "xx"} <= words:
        codes = status is not None and status.failing != status_labels.CAUSE_FAILURES
        return FailureCounter(counter.name, status if codes else None)
    return None if status is None else FailureCounter(counter.name, status)


def _shared(one: str, other: str) -> int:
    """Words that two names share, whether singular or plural."""
    return len(_stems(one) & _stems(other))


def _stems(name: str) -> set[str]:
    return {word.removesuffix("s") for word in tokens(name) if word not in _ANY}
