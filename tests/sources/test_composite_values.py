import numpy as np
import pytest

from mario_perf.configuration.service_metrics import Metrics
from mario_perf.errors import UnreadableExpositionError
from mario_perf.sources import document, series
from mario_perf.sources.exposition import ExpositionReader

METRICS = Metrics(
    duration="h_seconds", unit="seconds", name_label=("route",), kind_label=None, ignored_kinds=(),
    status_label=None, failing_status="5..", error_type_label=None, executions=None, failures=None,
)  # fmt: skip
CLASSIC = 'h_seconds{route="/a"} {count:3,sum:0.4,bucket:[0.1:1,0.2:3,+Inf:3]} st@1.5 # {trace_id="x"} 0.05\n'
DELTAS = (
    'h_seconds{route="/a"} {count:7,sum:9,schema:0,zero_threshold:0.001,zero_count:1,'
    "positive_spans:[0:2,1:1],positive_deltas:[1,1,1]}\n"
)
COUNTS = DELTAS.replace("positive_deltas:[1,1,1]", "positive_buckets:[1,2,3]")


def read(*pages: str) -> series.Table:
    reader = ExpositionReader(METRICS.samples)
    for time, page in enumerate(pages):
        reader.add(time, page)
    return reader.table()


def test_the_buckets_of_a_classic_histogram_in_one_line_are_cumulative() -> None:
    seen = series.snapshots(read(CLASSIC), METRICS)
    assert (seen.bounds.tolist(), seen.buckets[0, 0].tolist()) == ([0.1, 0.2], [1, 2, 0])
    assert (seen.sums[0, 0], seen.executions[0, 0]) == (0.4, 3)


@pytest.mark.parametrize("page", [DELTAS, COUNTS])
def test_an_exponential_histogram_has_powers_of_its_base_as_bounds(page: str) -> None:
    """Schema 0 doubles: index 0 ends at 1, 1 at 2, and after a gap of one 3 ends at 8."""
    seen = series.snapshots(read(page), METRICS)
    assert seen.bounds.tolist() == [0.001, 0.5, 1.0, 2.0, 4.0, 8.0]
    assert seen.buckets[0, 0].tolist() == [1, 0, 1, 2, 0, 3, 0]


def test_bounds_that_are_listed_are_taken_as_they_are() -> None:
    page = (
        'h_seconds{route="/a"} {count:3,sum:1,schema:-53,custom_values:[0.1,0.3],'
        "positive_spans:[0:3],positive_buckets:[1,1,1]}\n"
    )
    seen = series.snapshots(read(page), METRICS)
    assert (seen.bounds.tolist(), seen.buckets[0, 0].tolist()) == ([0.1, 0.3], [1, 1, 1])


def test_a_scrape_that_lacks_a_histogram_has_a_gap() -> None:
    values = read(CLASSIC, "up 1\n", CLASSIC.replace("3]", "4]").replace("count:3", "count:4")).values
    np.testing.assert_array_equal(np.isnan(values[1]), [True] * 4)
    assert values[2].tolist() == [1.0, 3.0, 4.0, 0.4]


def test_braces_in_a_label_are_no_histogram() -> None:
    (sample,) = document.parse('h_seconds{route="{count:1}"} 5\n').samples
    assert (sample.series.labels, sample.value) == ({"route": "{count:1}"}, 5.0)


@pytest.mark.parametrize("spans", ["0:4", "-1:3", "5:1,0:2"])
def test_a_bucket_beyond_the_listed_bounds_is_refused(spans: str) -> None:
    with pytest.raises(UnreadableExpositionError, match="no histogram"):
        read(DELTAS.replace("schema:0", "schema:-53,custom_values:[1,2]").replace("0:2,1:1", spans))


@pytest.mark.parametrize("bound", ["abc", "NaN", "", "1_0"])
def test_a_bound_that_is_no_number_is_refused(bound: str) -> None:
    lines = [f'h_seconds_bucket{{route="/a",le="{each}"}} 1\n' for each in (bound, "+Inf")]
    with pytest.raises(UnreadableExpositionError):
        series.snapshots(read("".join(lines)), METRICS)
