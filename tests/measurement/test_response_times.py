"""Merged histograms say what one histogram of all response times would have said."""

import base64
import math
import zlib

import hypothesis.strategies as st
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given

from mario_perf.decompression import OversizeError
from mario_perf.errors import UnreadableRunError
from mario_perf.load.record.latency_counts import Latencies
from mario_perf.measurement.response_times import merge, typical_and_p95

SECONDS = st.floats(0, 3600, allow_nan=False)
RUNS = st.lists(st.lists(SECONDS, min_size=1, max_size=30), min_size=1, max_size=4)


def counted(values: list[float]) -> Latencies:
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    return latencies


@given(RUNS)
def test_several_runs_have_the_quantiles_of_all_their_response_times(runs: list[list[float]]) -> None:
    seen = merge([counted(run).record("pay") for run in runs])
    whole = counted([value for run in runs for value in run]).record("pay")
    assert (seen.count, seen.maximum) == (whole.count, whole.maximum)
    assert (seen.p50, seen.p95, seen.p99) == (whole.p50, whole.p95, whole.p99)
    assert seen.mean == pytest.approx(whole.mean)


@given(RUNS)
def test_no_quantile_is_above_the_longest_response_time(runs: list[list[float]]) -> None:
    seen = merge([counted(run).record("pay") for run in runs])
    assert seen.p50 <= seen.p95 <= seen.p99 <= seen.maximum


def test_a_quantile_of_two_runs_is_not_between_theirs_weighted_alike() -> None:
    """Ninety-nine fast ones and a run of one slow one: the slow one is a hundredth, not a half."""
    seen = merge([counted([0.01] * 99).record("pay"), counted([1.0]).record("pay")])
    assert seen.p95 == pytest.approx(0.01, rel=1e-3)


def test_histograms_of_another_range_are_merged_too() -> None:
    wide = HdrHistogram(1, 10**12, 3)
    wide.record_value(2_000_000)
    other = counted([2.0]).record("pay").model_copy(update={"hdr": wide.encode().decode()})
    assert merge([counted([0.01] * 99).record("pay"), other]).p99 == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("damaged", ["", "HISTFAAA", "ä", "A" * 40, None])
def test_a_damaged_histogram_is_named_in_one_line(damaged: str | None) -> None:
    good = counted([0.01, 0.02]).record("pay")
    bad = good.model_copy(update={"hdr": good.hdr[:-8] if damaged is None else damaged})
    with pytest.raises(UnreadableRunError, match=r"^pay: .* damaged; run again$"):
        merge([good, bad])


def test_a_histogram_that_is_a_bomb_is_damaged() -> None:
    good = counted([0.01, 0.02]).record("pay")
    head = base64.b64decode(good.hdr)[:8]
    bomb = base64.b64encode(head + zlib.compress(bytes(1 << 22))).decode()
    with pytest.raises(UnreadableRunError, match="damaged") as caught:
        merge([good, good.model_copy(update={"hdr": bomb})])
    assert isinstance(caught.value.__cause__, OversizeError)


@given(RUNS)
def test_the_typical_response_time_is_the_mean_of_the_fastest_nineteen_in_twenty(
    runs: list[list[float]],
) -> None:
    values = sorted(value for run in runs for value in run)
    kept = 0.95 * len(values)
    whole = int(kept)
    expected = (sum(values[:whole]) + (kept - whole) * values[min(whole, len(values) - 1)]) / kept
    typical, _ = typical_and_p95([counted(run).record("pay") for run in runs])
    assert typical == pytest.approx(expected, rel=2e-3, abs=1e-6)


@given(RUNS)
def test_p95_beside_the_typical_response_time_is_that_of_all(runs: list[list[float]]) -> None:
    records = [counted(run).record("pay") for run in runs]
    _, p95 = typical_and_p95(records)
    assert p95 == pytest.approx(merge(records).p95, rel=2e-3, abs=1e-6)


def test_nobody_who_waited_is_no_response_time() -> None:
    assert all(math.isnan(each) for each in typical_and_p95([]))
