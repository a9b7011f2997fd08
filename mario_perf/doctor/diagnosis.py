"""Whether a service and a machine are ready for a gate, and what to do if not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.errors import UnreadableExpositionError, UserError, listed, nearest
from mario_perf.judgement import duet_results, power
from mario_perf.model import Severity
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Finding, RunMeasurement, Snapshots

CHANGE = 0.10
"""The change that everybody wants to see."""

MAX_SECONDS = 180.0
"""Seconds that a gate takes at most, without an option."""


class Rating(StrEnum):
    """How much a diagnosis matters."""

    OK = "ok"
    ATTENTION = "attention"  # the gate works, and could see more
    PROBLEM = "problem"  # the gate cannot work


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at; ``advice`` is empty where all is well."""

    level: Rating
    subject: str
    finding: str
    advice: str = ""


def examine_exposition(text: str, policy: Policy) -> tuple[Diagnosis, ...]:
    """What a metrics page tells a gate."""
    reader = ExpositionReader(policy.metrics.samples)
    try:
        reader.add(0.0, text)
        return examine_table(reader.table(), reader.names, policy)
    except UnreadableExpositionError as error:
        message = f"this is not a metrics page ({error})"
        return (_problem("metrics", message, "give the URL of metrics in Prometheus' text format"),)


def without_metrics() -> Diagnosis:
    """What is not seen of a service without metrics."""
    return Diagnosis(
        Rating.OK,
        "metrics",
        'none are read ([service] metrics = "client"): response times and statuses of the steps are judged',
    )


def examine_table(table: series.Table, names: Iterable[str], policy: Policy) -> tuple[Diagnosis, ...]:
    """What metrics tell a gate: are they complete, and are the buckets narrow enough.

    ``table`` is one scrape of what the gate reads, ``names`` are those of all there is.
    """
    metrics = policy.metrics
    if missing := series.missing_metric(table, metrics):
        return (_missing(missing, names),)
    try:
        snapshots = series.snapshots(table, metrics)
    except UserError as error:
        return (_problem("metrics", *str(error).split("; ", 1)),)
    labels = _labels(table, metrics)
    if not labels.keys() >= set(metrics.name_label):
        return (_missing_label(metrics, labels),)
    return (
        _operations(snapshots),
        _failures(labels, metrics),
        _start(snapshots, metrics),
        *_buckets(snapshots, policy),
    )


def exposition_table(text: str, policy: Policy) -> series.Table:
    """What a gate reads of a metrics page.

    Raises:
        UnreadableExpositionError: it is not one.
    """
    reader = ExpositionReader(policy.metrics.samples)
    reader.add(0.0, text)
    return reader.table()


def examine_operation_names(table: series.Table, policy: Policy) -> Iterator[Diagnosis]:
    """Whether the operations that the policy names are among those that were executed."""
    if not policy.operations or series.missing_metric(table, policy.metrics):
        return
    executed = {operation.name for operation in series.snapshots(table, policy.metrics).operations}
    absent = [name for name in policy.operations if name not in executed]
    for name in absent:
        yield Diagnosis(
            Rating.ATTENTION,
            "policy",
            f'[operations."{name}"] was not executed; nearest: {nearest(name, executed)}',
            "correct the name, or send it a request",
        )
    if not absent:
        yield Diagnosis(Rating.OK, "policy", "each operation that perf.toml names was executed")


def from_findings(findings: Iterable[Finding]) -> Iterator[Diagnosis]:
    """What the gate itself says of runs that nothing was changed in; its notes are left out."""
    levels = {Severity.INVALID: Rating.PROBLEM, Severity.WARNING: Rating.ATTENTION}
    for finding in findings:
        if finding.severity in levels:
            text, _, advice = finding.message.partition("; ")
            yield Diagnosis(levels[finding.severity], "runs", text, advice)


def examine_noise(
    rounds: Sequence[tuple[RunMeasurement, RunMeasurement]], policy: Policy, whole_time: float
) -> Iterator[Diagnosis]:
    """How far rounds of the same build on both sides lie apart, and how long a gate must be for that.

    ``whole_time`` is what a round takes, with all that is around it, in seconds. At least two rounds.
    """
    sides = duet_results.lay_out(rounds)
    names = [operation.name for operation in sides.operations]
    spread = dict(zip(names, power.spread(sides, policy).tolist(), strict=True))
    rounds_needed = dict(zip(names, power.rounds_needed(sides, policy, CHANGE).tolist(), strict=True))
    frequent = [name for name in names if math.isfinite(spread[name])]
    rare = [name for name in names if name not in frequent]
    if rare:
        yield _rare(rare, policy)
    if frequent:
        yield _noise({name: spread[name] for name in frequent})
        yield _length({name: rounds_needed[name] * whole_time for name in frequent})


def _problem(subject: str, finding: str, advice: str) -> Diagnosis:
    return Diagnosis(Rating.PROBLEM, subject, finding, advice)


def _missing(name: str, known: Iterable[str]) -> Diagnosis:
    return _problem(
        "metrics",
        f"{name} is not there; nearest: {nearest(name, known)}",
        "send the service a few requests, or name its histogram in perf.toml (mario-perf init finds it)",
    )


def _missing_label(metrics: Metrics, labels: Mapping[str, object]) -> Diagnosis:
    missing = [label for label in metrics.name_label if label not in labels]
    return _problem(
        "metrics",
        f"{metrics.duration} has no label {listed(missing)}; it has {listed(labels) or 'none'}",
        "correct [metrics] name_label in perf.toml",
    )


def _labels(table: series.Table, metrics: Metrics) -> dict[str, None]:
    """The labels of the histogram but ``le``, in order."""
    bucket = f"{metrics.duration}_bucket"
    labels = {label for each in table.series if each.name == bucket for label in each.labels}
    return dict.fromkeys(sorted(labels - {"le"}))


def _operations(snapshots: Snapshots) -> Diagnosis:
    names = [operation.name for operation in snapshots.operations]
    if not names:
        return _problem(
            "operations",
            "no operation was executed",
            "send requests, or correct ignored_kinds and ignored_names in perf.toml",
        )
    return Diagnosis(Rating.OK, "operations", f"{len(names)}: {listed(names)}")


def _failures(labels: Mapping[str, object], metrics: Metrics) -> Diagnosis:
    if metrics.failures is not None:
        return Diagnosis(Rating.OK, "failures", f"counted by {metrics.failures}")
    if metrics.status_label is None:
        return Diagnosis(
            Rating.ATTENTION,
            "failures",
            "the metrics do not show failures, so only those that the client sees count",
            "give the histogram a status label, or add a counter of failures, and name it in perf.toml",
        )
    if metrics.status_label in labels:
        return Diagnosis(
            Rating.OK, "failures", f"where {metrics.status_label} matches {metrics.failing_status}"
        )
    return _problem(
        "failures",
        f"{metrics.duration} has no label {metrics.status_label}; it has {listed(labels)}",
        "correct [metrics] status_label in perf.toml",
    )


def _start(snapshots: Snapshots, metrics: Metrics) -> Diagnosis:
    if np.isnan(snapshots.starts).all():
        return Diagnosis(
            Rating.ATTENTION,
            "restarts",
            f"{metrics.start} is missing: without it a restart may go unnoticed",
            "expose it; the client libraries do by default",
        )
    return Diagnosis(Rating.OK, "restarts", f"noticed by {metrics.start}")


def _buckets(snapshots: Snapshots, policy: Policy) -> Iterator[Diagnosis]:
    """How wide the buckets are that p95 lies in, of all that was executed so far."""
    counts = snapshots.buckets[-1]
    executed = np.flatnonzero(counts.sum(axis=1))
    if not len(executed):
        return
    widths = buckets.quantile_width(counts[executed], snapshots.bounds, 0.95)
    wide = [
        f"{snapshots.operations[index].name} ({_width(width)})"
        for index, width in zip(executed, widths.tolist(), strict=True)
        if width > policy.of(snapshots.operations[index].name).tail_resolution
    ]
    if not wide:
        yield Diagnosis(Rating.OK, "buckets", f"p95 is known to {max(widths.tolist()):.0%} or better")
        return
    yield Diagnosis(
        Rating.ATTENTION,
        "buckets",
        f"too wide around the p95 of {listed(wide)}: the gate cannot judge p95 there",
        "give the histogram 10 to 20 buckets a decade where your durations lie",
    )


def _width(width: float) -> str:
    return f"{width:.0%} wide" if math.isfinite(width) else "below the first or above the last bound"


def _rare(names: Sequence[str], policy: Policy) -> Diagnosis:
    return Diagnosis(
        Rating.ATTENTION,
        "noise",
        f"too few executions of {listed(names)} in this short time",
        f"a gate needs {policy.thresholds.min_samples} of each (min_samples): send more",
    )


def _noise(spread: Mapping[str, float]) -> Diagnosis:
    worst = max(spread, key=lambda name: spread[name])
    return Diagnosis(
        Rating.OK,
        "noise",
        f"rounds of the same build differ by ±{median(spread.values()):.1%} (median operation), "
        f"at most by ±{spread[worst]:.1%} ({worst})",
    )


def _length(seconds: Mapping[str, float]) -> Diagnosis:
    """How long a gate must be to see the change on each operation with enough data."""
    slowest = max(seconds, key=lambda name: seconds[name])
    longest = seconds[slowest]
    if longest <= MAX_SECONDS:
        return Diagnosis(
            Rating.OK, "length", f"a gate of {longest:.0f} s sees {CHANGE:.0%} on each operation"
        )
    in_time = sum(each <= MAX_SECONDS for each in seconds.values())
    finding = f"in {MAX_SECONDS:.0f} s a gate sees {CHANGE:.0%} on {in_time} of {len(seconds)} operations"
    if math.isinf(longest):
        return Diagnosis(
            Rating.ATTENTION,
            "length",
            f"{finding}; {slowest} is too noisy for any gate",
            "use a calmer machine, more users, or a larger latency_noise for it in perf.toml",
        )
    return Diagnosis(
        Rating.ATTENTION,
        "length",
        f"{finding}; all need {longest:.0f} s ({slowest} takes longest)",
        f"give --max-duration {math.ceil(longest)}, or use a calmer machine",
    )
