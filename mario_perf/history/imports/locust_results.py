"""Locust's own results: ``--csv`` (PREFIX_stats.csv) and ``--json``."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from mario_perf.history.imports.context import Context
    from mario_perf.history.measurements import Batch

    Value = tuple[str, str, float]

MILLISECOND: Final = 1e-3
COLUMNS: Final = {"50%": "p50", "95%": "p95", "99%": "p99", "Average Response Time": "mean"}
QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
TOTAL: Final = "Aggregated"


def of_csv(table: pd.DataFrame, context: Context) -> list[Batch]:
    """A row a request, in milliseconds; the row of all together is left out."""
    rows = table[table["Name"] != TOTAL].to_dict("records")
    return [context.batch("locust", (value for row in rows for value in _row(row)))]


def _row(row: Mapping[Any, Any]) -> Iterator[Value]:
    name = _name(row["Type"], row["Name"])
    for column, metric in COLUMNS.items():
        yield name, metric, float(row[column]) * MILLISECOND
    if row["Request Count"]:
        yield name, "error_ratio", row["Failure Count"] / row["Request Count"]


def of_json(entries: Sequence[Mapping[str, Any]], context: Context) -> list[Batch]:
    """A list with an entry a request."""
    ends = [each["last_request_timestamp"] for each in entries if each.get("last_request_timestamp")]
    values = (value for entry in entries for value in _entry(entry))
    return [context.batch("locust", values, time=max(ends, default=None))]


def _entry(entry: Mapping[str, Any]) -> Iterator[Value]:
    name, count = _name(entry["method"], entry["name"]), entry["num_requests"]
    if not count:
        return
    times = sorted((float(time), int(number)) for time, number in entry["response_times"].items())
    up_to = list(accumulate(number for _, number in times))
    for metric, q in QUANTILES.items() if up_to and up_to[-1] > 0 else ():
        reached = bisect_left(up_to, q * up_to[-1])
        yield name, metric, times[reached][0] * MILLISECOND
    yield name, "mean", entry["total_response_time"] / count * MILLISECOND
    yield name, "error_ratio", entry["num_failures"] / count


def _name(method: object, name: object) -> str:
    return f"{method} {name}" if isinstance(method, str) and method else str(name)
