"""Counting in a dict gives the same HdrHistogram as recording each value."""

import hypothesis.strategies as st
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given

from mario_perf.load.record.latency_counts import LONGEST_US, Latencies

SECONDS = st.floats(0, 7200, allow_nan=False)


def counted(values: list[float]) -> Latencies:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    return latencies


@given(st.lists(SECONDS, min_size=1, max_size=50))
def test_the_histogram_equals_one_recorded_by_hdrhistogram(values: list[float]) -> None:
    direct = HdrHistogram(1, LONGEST_US, 3)
    for value in values:
        direct.record_value(min(int(value * 1e6 + 0.5), LONGEST_US))
    decoded = HdrHistogram.decode(counted(values).record("x").hdr)
    assert bytes(decoded.counts) == bytes(direct.counts)


@given(st.lists(SECONDS, min_size=1, max_size=50))
def test_quantiles_lie_between_the_extremes_and_in_order(values: list[float]) -> None:
    record = counted(values).record("x")
    assert 0 <= record.p50 <= record.p95 <= record.p99 <= record.maximum
    assert record.count == len(values)
    assert record.maximum == pytest.approx(min(max(values), 3600), abs=1e-6)
    assert record.mean == pytest.approx(sum(min(value, 3600) for value in values) / len(values), abs=1e-6)


@given(st.lists(SECONDS, max_size=20), st.lists(SECONDS, min_size=1, max_size=20))
def test_merging_equals_counting_in_one(some: list[float], others: list[float]) -> None:
    merged = counted(some)
    merged.merge(counted(others))
    assert merged.record("x") == counted(some + others).record("x")


def test_memory_does_not_grow_with_the_number_of_response_times() -> None:
    latencies = counted([value / 1e6 for value in range(1, 200_000)])
    assert len(latencies.counts) < 2048 + 7 * 1024
    assert latencies.quantile(0.5) == pytest.approx(0.1, rel=1e-3)


def test_nothing_counted_has_the_quantile_zero() -> None:
    assert Latencies().quantile(0.99) == 0
