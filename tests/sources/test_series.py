import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mario_perf.configuration.policy_file import parse
from mario_perf.configuration.service_metrics import CQRS, Metrics
from mario_perf.errors import AmbiguousNameError, MetricNotFoundError, UnreadableExpositionError
from mario_perf.model import Operation, Snapshots
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader

PLACE = 'operation="command",type="Place"'
N = "cqrs_execution_duration_milliseconds"


def _snapshots(*bodies: str, metrics: Metrics = CQRS) -> Snapshots:
    reader = ExpositionReader(metrics.samples)
    for time, body in enumerate(bodies):
        reader.add(time, body)
    return series.snapshots(reader.table(), metrics)


def _histogram(labels: str, *cumulative: tuple[str, int]) -> str:
    return "".join(f'{N}_bucket{{{labels},le="{le}"}} {count}\n' for le, count in cumulative)


def test_buckets_are_counts_of_successes_between_bounds_in_seconds() -> None:
    body = _histogram(f'{PLACE},status="success"', ("5", 2), ("10", 6), ("+Inf", 7))
    body += _histogram(f'{PLACE},status="failure"', ("5", 1), ("10", 1), ("+Inf", 1))
    body += f'{N}_sum{{{PLACE},status="success"}} 1500\ncqrs_executions_total{{{PLACE}}} 8\n'
    body += f'cqrs_executions_failures_executions_total{{{PLACE},error_type="validation"}} 1\n'
    found = _snapshots(body)
    assert found.operations == (Operation("command", "Place"),)
    assert found.bounds.tolist() == [0.005, 0.01]
    assert found.buckets.tolist() == [[[2, 4, 1]]]
    assert found.sums.tolist() == [[1.5]]
    assert found.executions.tolist() == [[8]]
    assert (found.error_types, found.failures.tolist()) == (("validation",), [[[1]]])


def test_bounds_are_numbers_however_they_are_written() -> None:
    first = _histogram(f'{PLACE},status="success"', ("5", 2), ("10", 2), ("+Inf", 2))
    other = _histogram('operation="query",type="Menu",status="success"', ("5.0", 1), ("1e1", 3), ("+Inf", 3))
    found = _snapshots(first + other)
    assert found.bounds.tolist() == [0.005, 0.01]
    assert found.buckets.tolist() == [[[2, 0, 0], [1, 2, 0]]]


def test_bounds_that_not_all_have_are_merged_into_the_next() -> None:
    fine = _histogram(f'{PLACE},status="success"', ("5", 2), ("7", 3), ("10", 6), ("+Inf", 6))
    coarse = _histogram('operation="query",type="Menu",status="success"', ("5", 1), ("10", 1), ("+Inf", 1))
    assert _snapshots(fine + coarse).buckets.tolist() == [[[2, 4, 0], [1, 0, 0]]]


def test_events_are_no_operations() -> None:
    body = _histogram('operation="request",type="OrderCreatedEvent",status="success"', ("5", 2), ("+Inf", 2))
    assert _snapshots(body).operations == ()


def test_what_the_policy_leaves_out_by_name_is_no_operation() -> None:
    metrics = parse('[metrics]\nignored_names = ["Menu", "Health"]\n').metrics
    body = "".join(
        _histogram(f'operation="query",type="{name}",status="success"', ("5", 2), ("+Inf", 2))
        for name in ("Menu", "Orders")
    )
    assert _snapshots(body, metrics=metrics).operations == (Operation("query", "Orders"),)


def test_operations_of_one_name_are_refused_with_what_tells_them_apart() -> None:
    metrics = parse(
        '[metrics]\nduration = "h_seconds"\nname_label = "route"\nkind_label = "method"\n'
    ).metrics
    body = "".join(
        f'h_seconds_bucket{{route="/a",method="{method}",le="+Inf"}} 1\n' for method in ("GET", "POST")
    )
    with pytest.raises(
        AmbiguousNameError,
        match=r'/a names several operations \(GET, POST\); give name_label = \["method", "route"\]',
    ):
        _snapshots(body, metrics=metrics)


def test_labels_that_do_not_matter_are_summed() -> None:
    body = "".join(
        _histogram(f'{PLACE},status="failure",error_type="{kind}"', ("5", n), ("+Inf", n))
        + _histogram(f'{PLACE},status="success",pod="{kind}"', ("5", n), ("+Inf", n))
        + f'cqrs_executions_total{{{PLACE},pod="{kind}"}} {2 * n}\n'
        for kind, n in (("a", 1), ("b", 2))
    )
    found = _snapshots(body)
    assert found.buckets.tolist() == [[[3, 0]]]
    assert found.executions.tolist() == [[6]]


def test_a_series_counts_0_before_it_appears_and_stays_where_it_vanished() -> None:
    seen = f"cqrs_executions_total{{{PLACE}}} 4\n"
    other = 'cqrs_executions_total{operation="query",type="Menu"} 1\n'
    assert _snapshots(other, other + seen, other).executions.tolist() == [[0, 1], [4, 1], [4, 1]]


def test_start_times_are_unknown_where_none_is_exposed() -> None:
    other = f"cqrs_executions_total{{{PLACE}}} 4\n"
    np.testing.assert_array_equal(
        _snapshots(other + "process_start_time_seconds 1.7e9\n", other).starts, [1.7e9, np.nan]
    )
    assert np.isnan(_snapshots(other).starts).all()


def test_one_histogram_with_a_status_label_is_enough() -> None:
    metrics = parse(
        '[metrics]\nduration = "h_seconds"\nname_label = "route"\n'
        'status_label = "code"\nfailing_status = "5.."\n'
    ).metrics
    body = "".join(
        f'h_seconds_bucket{{route="/a",code="{code}",le="{le}"}} {count}\n'
        for code, counts in (("200", (3, 5)), ("404", (1, 1)), ("503", (1, 2)))
        for le, count in zip(("0.1", "+Inf"), counts, strict=True)
    )
    found = _snapshots(body, metrics=metrics)
    assert found.operations == (Operation("operation", "/a"),)
    assert found.buckets.tolist() == [[[4, 2]]]
    assert found.executions.tolist() == [[8]]
    assert (found.error_types, found.failures.tolist()) == (("503",), [[[2]]])


def test_metrics_without_a_status_and_without_a_counter_tell_no_failures() -> None:
    told = _histogram(f'{PLACE},status="success"', ("5", 2), ("+Inf", 2))
    silent = _histogram(PLACE, ("5", 2), ("+Inf", 2))
    ours = parse(f'[metrics]\nduration = "{N}"\nname_label = "type"\nstatus_label = "status"\n').metrics
    assert _snapshots(told, metrics=ours).tells_failures
    assert not _snapshots(silent, metrics=ours).tells_failures
    assert _snapshots(silent, metrics=CQRS).tells_failures  # by its counter, once there is one


def test_error_types_that_the_policy_ignores_are_executions_and_no_failures() -> None:
    metrics = parse('[metrics]\nignored_error_types = ["business_rule"]\n').metrics
    body = _histogram(f'{PLACE},status="success"', ("5", 2), ("+Inf", 2))
    body += f"cqrs_executions_total{{{PLACE}}} 9\n"
    body += f'cqrs_executions_failures_executions_total{{{PLACE},error_type="business_rule"}} 6\n'
    body += f'cqrs_executions_failures_executions_total{{{PLACE},error_type="exception"}} 1\n'
    found = _snapshots(body, metrics=metrics)
    assert (found.error_types, found.failures.tolist()) == (("exception",), [[[1]]])
    assert found.executions.tolist() == [[9]]


def test_a_histogram_without_its_last_bucket_is_refused() -> None:
    with pytest.raises(MetricNotFoundError, match="lacks its bucket"):
        _snapshots(_histogram(f'{PLACE},status="success"', ("5", 2)))


@pytest.mark.parametrize(
    "others", [[("+Inf", 2)], [("7", 1), ("+Inf", 2)]], ids=["one has no bounds", "each has its own"]
)
def test_operations_that_share_no_bound_are_refused(others: list[tuple[str, int]]) -> None:
    one = _histogram(f'{PLACE},status="success"', ("5", 2), ("+Inf", 2))
    other = _histogram('operation="query",type="Menu",status="success"', *others)
    with pytest.raises(MetricNotFoundError, match="share no bound"):
        _snapshots(one + other)


@pytest.mark.parametrize("bound", ["-Inf", "NaN", "-infinity", "1\t0", "1 0", ""])
def test_a_bound_that_is_no_number_is_refused(bound: str) -> None:
    with pytest.raises(UnreadableExpositionError, match="a bucket's bound is a number"):
        _snapshots(_histogram(f'{PLACE},status="success"', (bound, 0), ("5", 2), ("+Inf", 2)))


@given(arrays(np.float64, (6, 3), elements=st.one_of(st.just(np.nan), st.floats(0, 1e9))))
def test_carrying_forward_fills_every_gap_and_changes_no_known_value(values: np.ndarray) -> None:
    carried = series.carry_forward(values)
    known = ~np.isnan(values)
    assert not np.isnan(carried).any()
    assert (carried[known] == values[known]).all()
    assert (carried[0][~known[0]] == 0).all()
