"""Native histograms as Prometheus answers them, with buckets of their own bounds as well."""

from __future__ import annotations

from typing import Any

from mario_perf.sources import native_histograms


def answer(*moments: list[list[Any]]) -> list[dict[str, Any]]:
    """A matrix of one series; each moment is its buckets: rule, lower bound, upper bound, count."""
    samples = [
        [at, {"count": str(sum(float(count) for *_, count in buckets)), "sum": "1.5", "buckets": buckets}]
        for at, buckets in enumerate(moments)
    ]
    return [{"metric": {"__name__": "http_request_duration_seconds", "path": "/"}, "histograms": samples}]


def classic(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    series = native_histograms.to_classic(native_histograms.of_matrix(rows))
    return {each.series.labels.get("le", each.series.name): each.values.tolist() for each in series}


def test_custom_buckets_without_series_of_buckets_are_read_to_the_last_count() -> None:
    """Prometheus 3 can store a classic histogram so; a bucket without an execution is left out."""
    rows = answer(
        [[0, "-Inf", "0.005", "3"], [0, "0.01", "0.025", "1"]],
        [[0, "-Inf", "0.005", "5"], [0, "0.01", "0.025", "2"], [0, "10", "+Inf", "1"]],
    )
    assert classic(rows) == {
        "0.005": [3.0, 5.0],
        "0.01": [3.0, 5.0],
        "0.025": [4.0, 7.0],
        "10.0": [4.0, 7.0],
        "+Inf": [4.0, 8.0],
        "http_request_duration_seconds_sum": [1.5, 1.5],
    }


def test_a_bound_that_a_bucket_of_another_moment_lies_across_is_not_used() -> None:
    rows = answer([[0, "-Inf", "0.01", "3"]], [[0, "-Inf", "0.005", "3"], [0, "0.005", "0.02", "1"]])
    assert classic(rows)["0.02"] == [3.0, 4.0]
    assert "0.01" not in classic(rows)
