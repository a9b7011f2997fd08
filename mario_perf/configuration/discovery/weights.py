"""What speaks for a histogram, and against it, added up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery.vocabulary import AFTER_QUEUE, JOBS, OTHER, PART, WORK, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.configuration.discovery.evidence import Histogram
    from mario_perf.configuration.discovery.name_labels import NameLabels

_OTHER_COSTS = {"of bodies": 50.0, "of failures or of successes alone": 40.0}
_COSTS = 60.0
_DATABASE_LABELS = frozenset(
    {"db_system", "db_operation", "statement", "sql", "table", "vendor", "pool", "cache"}
)
_POLLS = 30.0
_ONE_URL = 25.0


@dataclass(frozen=True, slots=True)
class Weight:
    """The sum, and the reasons in words."""

    weight: float
    reasons: tuple[str, ...]


def weigh(histogram: Histogram, labels: NameLabels, *, sees_failures: bool) -> Weight:
    """By the words of its name, by the labels that name an operation, by what it counted."""
    parts = list(_parts(histogram, labels, sees_failures=sees_failures))
    return Weight(sum(weight for weight, _ in parts), tuple(reason for _, reason in parts if reason))


def _parts(histogram: Histogram, labels: NameLabels, *, sees_failures: bool) -> Iterator[tuple[float, str]]:
    yield from _words(tokens(histogram.name))
    yield float(labels.weight), _named_paths(labels)
    if sees_failures:
        yield 8.0, "it shows failures"
    if histogram.labels & _DATABASE_LABELS:
        yield -40.0, "its labels are a database's"
    if any(value.startswith("Poll") for label in labels.labels for value in histogram.values(label)):
        yield -_POLLS, "it measures waiting for work"
    if labels.labels and all(value.endswith("graphql") for value in histogram.values(labels.labels[-1])):
        yield -_ONE_URL, "all operations share one URL"
    operations = {tuple(each.get(label) for label in labels.labels) for each in histogram.series}
    yield min(len(operations), 5) / 2, ""
    counted = sum(count for count in histogram.counts if count > 0)  # which garbage is not
    yield min(math.log10(1 + counted), 4.0) / 2, ""
    yield (1.0 if len(histogram.bounds) > 5 else 0.0), ""  # noqa: PLR2004 - fewer buckets tell little


def _named_paths(labels: NameLabels) -> str:
    if not labels.labels:
        return "no label names an operation, so it is a single operation"
    return f"{' and '.join(labels.labels)} {'name' if len(labels.labels) > 1 else 'names'} {labels.kind}"


def _words(words: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    work = max((word for word in words if word in WORK), key=lambda word: WORK[word], default=None)
    if work is not None:
        yield float(WORK[work]), f"its name contains {work}"
    for meaning, others in OTHER.items():
        found = next((word for word in words if word in others), None)
        if found is not None and not _is_work(words, found):
            yield -_OTHER_COSTS.get(meaning, _COSTS), f"it is {meaning} ({found})"
    yield from _waiting(words)
    for word in words:
        if word in PART:
            yield -float(PART[word]), f"its name contains {word}"


def _waiting(words: tuple[str, ...]) -> Iterator[tuple[float, str]]:
    pairs = pairwise(words)
    if any(word == "queue" and after in AFTER_QUEUE for word, after in pairs):
        yield -_COSTS, "it measures waiting (queue)"
    if JOBS & {*words} and "latency" in words:
        yield -6.0, ""


def _is_work(words: tuple[str, ...], word: str) -> bool:
    """Words that mean the opposite beside another: a job's runtime, a scheduled job."""
    if word == "io":  # OpenCensus: grpc.io/server/server_latency
        return "grpc" in words
    return word in {"runtime", "scheduled", "success"} and bool(JOBS & {*words})
