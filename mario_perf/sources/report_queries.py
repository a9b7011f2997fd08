"""PromQL that shows in Prometheus what a report shows.

A line an instance, so that the sides of a duet stay apart. Whether a histogram is a classic or a native one
is Prometheus' affair, so every expression reads either: what follows an ``or`` is for the native one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Operation


def queries(
    operation: Operation, metrics: Metrics, targets: Sequence[Mapping[str, str]] = ()
) -> dict[str, str]:
    """Expressions by what they show; durations in the histogram's unit, those of successes alone.

    Args:
        operation: whose.
        metrics: what the service exposes.
        targets: the labels by which Prometheus tells each service; none when they are not known.
    """
    named = metrics.labels_of(operation.name).items()
    common = [matcher for label, value in named for matcher in _equal(label, [value])]
    common += _equal(metrics.kind_label, [operation.kind]) if metrics.kind_label else []
    common += [
        matcher
        for label in sorted({label for one in targets for label in one})
        for matcher in _equal(label, sorted({one[label] for one in targets if label in one}))
    ]
    status, failing = metrics.status_label, json.dumps(metrics.failing_status, ensure_ascii=False)
    succeeded = [*common, f"{status}!~{failing}"] if status else common
    expressions = {"p95": _p95(metrics.duration, succeeded), "mean": _mean(metrics.duration, succeeded)}
    ignored = ignored_failures(metrics)
    failed = [*common, f"{status}=~{failing}", *ignored] if status else None
    failures = (
        _sum(metrics.failures, [*common, *ignored])
        if metrics.failures
        else failed and _count(metrics, failed)
    )
    if failures:
        executions = _sum(metrics.executions, common) if metrics.executions else _count(metrics, common)
        # An operation that never failed has no series of failures.
        expressions["error ratio"] = f"({failures} or 0 * ({executions})) / ({executions})"
    return expressions


def ignored_failures(metrics: Metrics) -> list[str]:
    """A matcher that leaves out the error types that are no failures, if there are any."""
    if not (metrics.ignored_error_types and metrics.error_type_label):
        return []
    types = "|".join(map(re.escape, metrics.ignored_error_types))
    return [f"{metrics.error_type_label}!~{json.dumps(types, ensure_ascii=False)}"]


def _p95(duration: str, matchers: Iterable[str]) -> str:
    classic = f"sum by (instance, le) ({_rate(f'{duration}_bucket', matchers)})"
    return f"histogram_quantile(0.95, {classic}) or histogram_quantile(0.95, {_sum(duration, matchers)})"


def _mean(duration: str, matchers: Iterable[str]) -> str:
    sums, counts = (_sum(f"{duration}_{part}", matchers) for part in ("sum", "count"))
    native = _sum(duration, matchers)
    return f"{sums} / {counts} or histogram_sum({native}) / histogram_count({native})"


def _count(metrics: Metrics, matchers: Iterable[str]) -> str:
    native = _sum(metrics.duration, matchers)
    return f"({_sum(f'{metrics.duration}_count', matchers)} or histogram_count({native}))"


def _sum(metric: str, matchers: Iterable[str]) -> str:
    return f"sum by (instance) ({_rate(metric, matchers)})"


def _rate(metric: str, matchers: Iterable[str]) -> str:
    return f"rate({metric}{{{','.join(matchers)}}}[1m])"


def _equal(label: str, values: Sequence[str]) -> list[str]:
    """A matcher of a label that has one of the values."""
    if len(values) == 1:
        return [f"{label}={json.dumps(values[0], ensure_ascii=False)}"]
    return [f"{label}=~{json.dumps('|'.join(map(re.escape, values)), ensure_ascii=False)}"]
