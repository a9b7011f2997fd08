"""Results of k6, pytest-benchmark and github-action-benchmark."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mario_perf.history.imports.context import Context
    from mario_perf.history.measurements import Batch

    Value = tuple[str, str, float]

K6_STATISTICS: Final = {"avg": "mean", "med": "p50", "p(95)": "p95", "p(99)": "p99"}
K6_DURATIONS: Final = ("duration", "waiting", "blocked", "connecting", "handshaking", "receiving", "sending")
MILLISECOND: Final = 1e-3
PYTEST_STATISTICS: Final = {"mean": "mean", "median": "p50"}
SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
"""By how a unit begins: ``ns/iter`` is nanoseconds."""


def of_k6(summary: Mapping[str, Any], context: Context) -> list[Batch]:
    """``--summary-export``, or the data of ``handleSummary``; times are in milliseconds."""
    values = (value for name, metric in summary["metrics"].items() for value in _k6_metric(name, metric))
    return [context.batch("k6", values)]


def _k6_metric(name: str, metric: Mapping[str, Any]) -> Iterator[Value]:
    values = metric.get("values", metric)
    base = name.partition("{")[0]
    timed = metric.get("contains") == "time" or base.endswith(K6_DURATIONS)
    for statistic, key in K6_STATISTICS.items():
        if timed and isinstance(values.get(statistic), int | float):
            yield name, key, values[statistic] * MILLISECOND
    ratio = values.get("rate", values.get("value"))
    if base == "http_req_failed" and isinstance(ratio, int | float):
        yield name.replace("http_req_failed", "http_req_duration", 1), "error_ratio", float(ratio)


def of_pytest(document: Mapping[str, Any], context: Context) -> list[Batch]:
    """``--benchmark-json``; times are in seconds."""
    values = (
        (each["fullname"], metric, float(each["stats"][key]))
        for each in document["benchmarks"]
        for key, metric in PYTEST_STATISTICS.items()
    )
    return [
        context.batch(
            "pytest-benchmark",
            values,
            time=_iso(document.get("datetime")),
            revision=(document.get("commit_info") or {}).get("id") or "",
            environment=(document.get("machine_info") or {}).get("node") or "",
        )
    ]


def of_github_action(document: Mapping[str, Any], context: Context) -> list[Batch]:
    """The data of the page, an entry a commit."""
    return [
        context.batch(
            "github-action-benchmark",
            [_bench(suite, bench) for bench in entry["benches"]],
            time=entry["date"] * MILLISECOND,
            revision=entry["commit"]["id"],
        )
        for suite, entries in document["entries"].items()
        for entry in entries
    ]


def _bench(suite: str, bench: Mapping[str, Any]) -> Value:
    """A duration becomes the metric ``mean`` in seconds; else the unit is the metric."""
    unit = str(bench.get("unit", "value"))
    factor = SECONDS.get(unit.partition("/")[0])
    name = f"{suite}: {bench['name']}"
    if factor is None:
        return name, unit, float(bench["value"])
    return name, "mean", float(bench["value"]) * factor


def _iso(text: str | None) -> float | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
