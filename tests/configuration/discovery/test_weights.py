"""A weight is a figure, whatever a service or a Prometheus says."""

import math

import pytest

from mario_perf.configuration.discovery.evidence import Histogram
from mario_perf.configuration.discovery.name_labels import NameLabels
from mario_perf.configuration.discovery.weights import weigh


@pytest.mark.parametrize(
    "counts", [(), (7.0,), (-5.0,), (math.nan,), (math.inf,), (math.nan, -math.inf, 3.0)]
)
def test_counts_that_cannot_be_weigh_no_more_than_honest_ones(counts: tuple[float, ...]) -> None:
    histogram = Histogram("http_request_duration_seconds", ({},) * len(counts), counts)
    most = Histogram("http_request_duration_seconds", ({},) * len(counts), (1e9,) * len(counts))
    known = NameLabels((), 0, "nothing")
    weight = weigh(histogram, known, sees_failures=False).weight
    assert math.isfinite(weight)
    assert weight <= weigh(most, known, sees_failures=False).weight
