"""Each histogram as what it could be taken for: a candidate with its weight and reasons, or a misfit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery import (
    duration_units,
    failure_counters,
    instrumentations,
    name_labels,
    status_labels,
    weights,
)
from mario_perf.configuration.service_metrics import CQRS, Metrics
from mario_perf.errors import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.configuration.discovery.evidence import Family, Histogram, MetricInventory
    from mario_perf.configuration.discovery.failure_counters import FailureCounter
    from mario_perf.configuration.discovery.name_labels import NameLabels
    from mario_perf.configuration.discovery.status_labels import StatusLabel
    from mario_perf.configuration.service_metrics import Unit

MIN_WEIGHT = 10.0
"""The weight below which nothing is taken unless it is named."""

_NO_DURATION = "it is not a duration"

_NEAR = 15.0
"""Weights that differ by less fit as well."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """How a histogram can be read, and what speaks for it."""

    title: str
    metrics: Metrics
    weight: float
    reasons: tuple[str, ...]
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """A histogram that does not do: why, and what would make it."""

    name: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, best first, and what does not do."""

    candidates: tuple[Candidate, ...]
    misfits: tuple[Misfit, ...]

    @property
    def equal(self) -> tuple[Candidate, ...]:
        """Those that fit nearly as well as the best, without it."""
        best, *others = self.candidates
        return tuple(each for each in others if each.weight > best.weight - _NEAR)


def rank(inventory: MetricInventory, unit: Unit | None = None) -> Ranking:
    """All histograms by the weight of what speaks for them. ``unit`` is that of those that tell none."""
    read = [
        _bucketless(each)
        if inventory.on_page and not each.bounds
        else examine(each, inventory.counters, unit=unit)
        for each in inventory.histograms
    ]
    candidates = [each for each in read if isinstance(each, Candidate)]
    fitting = sorted((each for each in candidates if each.weight >= MIN_WEIGHT), key=_order)
    light = [_too_light(each) for each in candidates if each.weight < MIN_WEIGHT]
    misfits = [*(each for each in read if isinstance(each, Misfit)), *light]
    return Ranking(
        tuple(fitting), tuple(sorted(misfits, key=lambda each: each.reason.startswith(_NO_DURATION)))
    )


def examine(
    histogram: Histogram,
    counters: Sequence[Family] = (),
    *,
    unit: Unit | None = None,
    names: tuple[str, ...] = (),
) -> Candidate | Misfit:
    """One histogram. ``unit`` and ``names``, its labels for an operation, are what somebody knows."""
    if (other := duration_units.no_duration(histogram)) is not None and unit is None:
        return Misfit(histogram.name, f"{_NO_DURATION}: {other}", "give --unit if it is")
    text = duration_units.unit(histogram)
    if text is None and unit is None:
        return Misfit(histogram.name, "its unit is unknown", f"give --histogram {histogram.name} --unit UNIT")
    labels = (
        name_labels.NameLabels(names, 30, "the operation, as given")
        if names
        else name_labels.choose(histogram)
    )
    if labels is None:
        return _unnamed(histogram)
    status = status_labels.choose(histogram)
    counter = None if status else failure_counters.choose(histogram, labels.labels, counters)
    found = (
        CQRS
        if not names and _is_cqrs(histogram, counters)
        else _metrics(histogram, labels, status, counter, unit or (text[0] if text else "seconds"))
    )
    known = instrumentations.of(histogram.name)
    weighed = weights.weigh(histogram, labels, sees_failures=bool(status or counter))
    reasons = (*weighed.reasons, *(() if unit or text is None else (f"unit from {text[1]}",)))
    return Candidate(known.title, found, weighed.weight, reasons, known.hint)


def _is_cqrs(histogram: Histogram, counters: Sequence[Family]) -> bool:
    """Whether it is the pizzeria's, or Neuroglia's, with all that belongs to it."""
    labels = {*CQRS.name_label, CQRS.kind_label, CQRS.status_label}
    counted = any(each.name == CQRS.executions for each in counters)
    named = histogram.name == CQRS.duration and labels <= histogram.labels
    return counted and named and not name_labels.splits(histogram, CQRS.name_label, str(CQRS.kind_label))


def _metrics(
    histogram: Histogram,
    labels: NameLabels,
    status: StatusLabel | None,
    counter: FailureCounter | None,
    unit: Unit,
) -> Metrics:
    text = status or (counter.status if counter else None)
    return Metrics(
        duration=histogram.name,
        unit=unit,
        name_label=labels.labels,
        kind_label=None,
        ignored_kinds=(),
        status_label=text.label if text else None,
        failing_status=text.failing if text else CQRS.failing_status,
        error_type_label=status_labels.cause(histogram, status),
        executions=None,
        failures=counter.name if counter else None,
        ignored_names=_totals(histogram, labels.labels),
    )


def _totals(histogram: Histogram, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Values such as ``all`` that count again what the others count."""
    if len(labels) != 1 or len(histogram.counts) != len(histogram.series):
        return ()
    whole = sum(histogram.counts)
    return tuple(
        value
        for value in histogram.values(labels[0])
        if value.lower() in {"all", "total", "overall", "any", "*"}
        and 2 * _count(histogram, labels[0], value) == whole
    )


def _count(histogram: Histogram, label: str, value: str) -> float:
    pairs = zip(histogram.series, histogram.counts, strict=True)
    return sum(count for series, count in pairs if series.get(label) == value)


def _bucketless(histogram: Histogram) -> Misfit:
    return Misfit(
        histogram.name,
        'it has no bucket but le="+Inf"',
        "give it buckets, or if it is a native histogram the URL of a Prometheus that scrapes it",
    )


def _unnamed(histogram: Histogram) -> Misfit:
    return Misfit(
        histogram.name,
        f"no label names an operation (it has {listed(sorted(histogram.labels))})",
        f"give --histogram {histogram.name} --name-label LABEL",
    )


def _too_light(candidate: Candidate) -> Misfit:
    name = candidate.metrics.duration
    return Misfit(
        name,
        f"too little speaks for it ({'; '.join(candidate.reasons)})",
        f"give --histogram {name} if it is the one",
    )


def _order(candidate: Candidate) -> tuple[float, str]:
    return -candidate.weight, candidate.metrics.duration


def without(candidate: Candidate, ignored: tuple[str, ...]) -> Candidate:
    """The candidate with further names that are no operations."""
    names = tuple(dict.fromkeys((*candidate.metrics.ignored_names, *ignored)))
    return replace(candidate, metrics=replace(candidate.metrics, ignored_names=names))
