from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.model import Defect, Severity
from mario_perf.validity import metrics_checks
from tests.measurement.test_measure import QUIET
from tests.simulated_runs import record, target

if TYPE_CHECKING:
    from mario_perf.run_record import TargetRecord


def sent(fastest: float, slowest: float) -> TargetRecord:
    """90 requests in the whole run, with these response times in seconds."""
    counted = target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})
    steps = [each.model_copy(update={"fastest": fastest, "slowest": slowest}) for each in counted.whole_run]
    return counted.model_copy(update={"whole_run": tuple(steps)})


@pytest.mark.parametrize(
    ("fastest", "slowest", "severity"),
    [
        (0.009, 0.05, None),
        (0.000_005, 0.000_05, Severity.INVALID),  # seconds that are milliseconds
        (9.0, 11.0, Severity.WARNING),  # milliseconds that are seconds, or a long way
        (0.5, 30.0, None),  # a queue
    ],
)
def test_a_unit_that_is_wrong_by_a_thousand_is_noticed(
    fastest: float, slowest: float, severity: Severity | None
) -> None:
    """The service says 8 ms."""
    seen = sent(fastest, slowest)
    found = list(metrics_checks.check_metrics(QUIET, record(seen), seen))
    assert [each.severity for each in found] == ([] if severity is None else [severity])
    assert all(each.code == "unit-doubtful" for each in found)
    assert all("PlaceOrderCommand (service 8 ms" in each.message and "unit" in each.message for each in found)


def test_a_defect_within_the_run_makes_it_invalid_and_names_operation_and_moment() -> None:
    seen = sent(0.009, 0.05)
    run = record(seen)
    at = run.whole_run.start + 12.0
    defects = (
        Defect("PlaceOrderCommand", at, "its sum is inf"),
        Defect("GetMenuQuery", at + 1e6, "long after"),
    )
    (finding,) = metrics_checks.check_metrics(replace(QUIET, defects=defects), run, seen)
    assert (finding.code, finding.severity) == ("metrics-defect", Severity.INVALID)
    assert "PlaceOrderCommand: its sum is inf (12 s into the run)" in finding.message
    assert "GetMenuQuery" not in finding.message


def test_counts_that_fall_may_come_from_processes_that_take_turns() -> None:
    seen = sent(0.009, 0.05)
    run = record(seen)
    found = replace(QUIET, defects=(Defect("PlaceOrderCommand", run.whole_run.start, "a bucket fell"),))
    (told,) = metrics_checks.check_metrics(found, run, seen)
    assert "several answer" not in told.message
    buckets = found.buckets.copy()
    buckets[-2:, :, 1] -= 1
    (told,) = metrics_checks.check_metrics(replace(found, buckets=buckets[::-1]), run, seen)
    assert "show the sum of all processes if several answer at this port in turn" in told.message
