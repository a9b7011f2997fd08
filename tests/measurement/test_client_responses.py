"""What the client saw, brought to the operations of the service."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.load.record.step_counters import TargetCounters
from mario_perf.load.steps import Step
from mario_perf.measurement.client_responses import by_operation, join
from mario_perf.model import Measurement, Operation, Requests
from mario_perf.run_record import StepCounts, TargetRecord

COOK = Step("start cooking", "Cook", "PUT", business=frozenset({400}))
STIR = Step("stir", "Cook", "PUT")


def target(counters: TargetCounters) -> TargetRecord:
    """As the load generator records it."""
    return TargetRecord(
        side="candidate",
        url="http://127.0.0.1",
        metrics_url="http://127.0.0.1/metrics",
        whole_run=counters.counts(),
        in_window=counters.counts(),
        latencies=counters.latencies(),
    )


def measured(failures: dict[str, int], succeeded: int = 100) -> Measurement:
    failed = sum(failures.values())
    return Measurement(
        operation=Operation("command", "Cook"),
        duration=10.0,
        executions=succeeded + failed,
        failures=failures,
        time_spent=1.0,
        slices=np.array([[succeeded, 0]]),
        slice_sums=np.array([1.0]),
        slice_failures=np.array([failed]),
    )


def requests(business: int = 0, failures: dict[str, int] | None = None) -> Requests:
    return Requests(200, failures or {}, business, 0.01)


def test_the_steps_of_one_operation_are_seen_together() -> None:
    counters = TargetCounters()
    for step, status, seconds in ((COOK, 200, 0.010), (COOK, 400, 0.020), (STIR, 503, 0.030)):
        counters.begin(step).count_response(step, status, None, seconds)
    counters.begin(STIR).count_error(TimeoutError(), 0.040)
    counters.begin(STIR)  # under way when the run ended
    seen = by_operation(target(counters))["Cook"]
    assert (seen.sent, seen.business) == (5, 1)
    assert seen.failures == {"HTTP 503": 1, "TimeoutError": 1, "no answer": 1}
    # The fastest 95 % of four: all of the first three, and four fifths of the last.
    assert seen.typical == pytest.approx((0.010 + 0.020 + 0.030 + 0.8 * 0.040) / 3.8, rel=2e-3)


def test_a_step_that_names_no_operation_is_evidence_of_none() -> None:
    step = StepCounts(step="warm", started=3, errors={"HTTP 500": 3})
    nameless = TargetRecord(side="candidate", url="", metrics_url="", whole_run=(step,), in_window=(step,))
    assert by_operation(nameless) == {}


def test_failures_that_the_client_knows_as_business_answers_are_none() -> None:
    jammed = join(measured({"business_rule": 90, "exception": 3}), requests(90, {"HTTP 500": 3}))
    assert jammed.failures == {"exception": 3}
    assert jammed.slice_failures.tolist() == [3]
    assert jammed.executions == 193  # a refusal is an execution, and no failure


def test_a_service_that_counts_no_business_answer_keeps_its_failures() -> None:
    told = join(measured({"5xx": 7}), requests(90, {"HTTP 500": 7}))
    assert told.failures == {"5xx": 7}


def test_failures_behind_a_success_stay() -> None:
    assert join(measured({"exception": 5}), requests()).failures == {"exception": 5}


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 50)), st.integers(0, 60), st.integers(0, 60))
def test_no_more_is_taken_out_than_there_are_business_answers(
    failures: dict[str, int], business: int, failed: int
) -> None:
    before = measured(failures)
    after = join(before, requests(business, {"HTTP 500": failed} if failed else {}))
    taken = before.failed - after.failed
    assert taken == min(business, max(before.failed - failed, 0))
    assert after.slice_failures.sum() == after.failed


def test_an_operation_without_a_step_is_as_measured() -> None:
    before = measured({"exception": 5})
    assert join(before, None) is before
    assert before.requests is None
