"""Garbage in a service's metrics is found with its operation and its moment, and warns nowhere else."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.configuration.service_metrics import CQRS, Metrics
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader

if TYPE_CHECKING:
    from mario_perf.model import Defect

METRICS = replace(
    CQRS, duration="h_seconds", unit="seconds", name_label=("route",), kind_label=None, status_label=None,
    executions=None, failures=None,
)  # fmt: skip
COUNTED = replace(METRICS, executions="h_total", failures="f_total")
BOUNDS = (0.1, 0.5, math.inf)


def page(*counts: float, total: float | None = None, executed: float | None = None, failed: float = 0) -> str:
    """Cumulative buckets up to 0.1 s, 0.5 s and +Inf; a sum in the middle of what they allow."""
    first, second, every = counts
    spent = total if total is not None else 0.05 * first + 0.3 * (second - first) + 2 * (every - second)
    lines = [
        f'h_seconds_bucket{{route="/a",le="{bound}"}} {count}'
        for bound, count in zip(BOUNDS, counts, strict=True)
    ]
    lines += [
        f'h_seconds_sum{{route="/a"}} {spent}',
        f'f_total{{route="/a"}} {failed}',
        "other_seconds_sum -5",
    ]
    if executed is not None:
        lines.append(f'h_total{{route="/a"}} {executed}')
    return "\n".join(lines) + "\n"


def found(*pages: str, metrics: Metrics = METRICS) -> tuple[Defect, ...]:
    reader = ExpositionReader(metrics.samples)
    for time, body in enumerate(pages):
        reader.add(float(time), body)
    return series.snapshots(reader.table(), metrics).defects  # without a warning: it would be an error


FINE = (page(0, 0, 0), page(5, 8, 9), page(10, 18, 20))


def test_metrics_that_agree_have_no_defect() -> None:
    assert found(*FINE) == ()


@pytest.mark.parametrize(
    ("third", "said"),
    [
        (page(10, 18, 20, total=math.inf), "h_seconds_sum is inf"),
        (page(10, 18, 20, total=1e300), "h_seconds_sum is 1e+300"),
        (page(10, 18, 20, total=-1), "h_seconds_sum is -1"),
        (page(10, 18, math.inf), "h_seconds_bucket is inf"),
        (page(10, 18, 1e300), "h_seconds_bucket is 1e+300"),
        (page(10, 18, math.nan), "h_seconds_bucket vanished or became NaN"),
        (page(10, 18, 20, total=9e6), "its sum of durations is not what its buckets allow"),
        (page(10, 900, 900, total=0.5), "its sum of durations is not what its buckets allow"),
        (page(3, 18, 20), "a bucket fell while the count did not"),
        (page(19, 18, 20), "a bucket holds more than the next, wider one"),
        (page(10, 18, 20).replace('le="0.1"', 'le="0.2"'), "its buckets got other bounds"),
        (page(10, 18, 20) + 'h_seconds_bucket{route="/a",le="Infinity"} 20\n', "two buckets of one bound"),
        (page(10, 18, 20) + 'h_seconds_bucket{route="/a",le="0.50"} 18\n', "two buckets of one bound"),
        (
            page(10, 18, 20).replace('h_seconds_bucket{route="/a",le="0.1"} 10\n', ""),
            "h_seconds_bucket vanished",
        ),
    ],
)
def test_what_cannot_be_is_told_with_operation_and_moment(third: str, said: str) -> None:
    (defect, *_) = [each for each in found(*FINE[:2], third) if said in each.message]
    assert (defect.operation, defect.time) == ("/a", 2.0)


@pytest.mark.parametrize(
    ("executed", "failed", "fine"),
    [(20, 0, True), (22, 0, True), (200, 180, True), (200, 0, False), (5, 0, False)],
)
def test_a_counter_of_executions_and_the_histogram_agree(executed: int, failed: int, *, fine: bool) -> None:
    """Failures may be missing in a histogram of successes; slow executions that were lost may not."""
    pages = (page(0, 0, 0, executed=0), page(10, 18, 20, executed=executed, failed=failed))
    assert (found(*pages, metrics=COUNTED) == ()) is fine


def test_a_restart_is_no_defect_of_the_buckets() -> None:
    assert found(*FINE, page(1, 1, 1)) == ()


durations = st.lists(st.lists(st.floats(0, 20), max_size=5), min_size=1, max_size=6)


@given(durations)
def test_an_honest_histogram_never_has_a_defect(scrapes: list[list[float]]) -> None:
    seen: list[float] = []
    pages = []
    for executed in scrapes:
        seen += executed
        counts = [sum(each <= bound for each in seen) for bound in BOUNDS]
        pages.append(page(*counts, total=sum(seen), executed=len(seen)))
    assert found(*pages, metrics=COUNTED) == ()


anything = st.sampled_from([0, 1, 5, 1e300, -3, math.inf, -math.inf, math.nan])


@given(st.lists(st.tuples(anything, anything, anything, anything), min_size=1, max_size=4))
def test_no_garbage_warns_or_fails(scrapes: list[tuple[float, float, float, float]]) -> None:
    pages = [page(*counts, total=total, executed=counts[0]) for *counts, total in scrapes]
    with np.errstate(all="raise"):
        found(*pages, metrics=COUNTED)
