from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prometheus_client import parser as text_format
from prometheus_client.openmetrics import parser as open_metrics

from mario_perf.reports import openmetrics_report
from tests.reports import samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.model import GateResult


def read(text: str) -> dict[str, list[tuple[Mapping[str, str], float]]]:
    return {
        family.name: [(sample.labels, sample.value) for sample in family.samples]
        for family in open_metrics.text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    }


def test_each_operation_has_exactly_its_verdict(result: GateResult) -> None:
    samples_of = read(openmetrics_report.render(result))["mario_perf_operation_verdict"]
    true = {labels["operation"]: labels["verdict"] for labels, value in samples_of if value == 1}
    assert true == {one.operation.name: one.verdict.value for one in result.operations}


def test_changes_come_with_both_ends_of_their_interval(result: GateResult) -> None:
    changes = read(openmetrics_report.render(result))["mario_perf_change_ratio"]
    place = {
        labels["part"]: value
        for labels, value in changes
        if (labels["operation"], labels["metric"]) == ("PlaceOrderCommand", "latency")
    }
    assert place == {"value": 0.214, "low": 0.188, "high": 0.241}


def test_each_cost_has_exactly_its_verdict_and_both_amounts(result: GateResult) -> None:
    families = read(openmetrics_report.render(result))
    true = [
        (labels["cost"], labels["operation"], labels["verdict"])
        for labels, value in families["mario_perf_cost_verdict"]
        if value == 1
    ]
    assert true == [(one.name, one.operation, one.verdict.value) for one in result.costs]
    amounts = [value for _, value in families["mario_perf_cost_amount"]]
    expected = [each for one in result.costs for each in (one.baseline, one.candidate)]
    assert amounts == pytest.approx(expected, nan_ok=True)


def test_a_limit_has_a_series_of_its_own() -> None:
    text = openmetrics_report.render(samples.gate(samples.limited()))
    changes = read(text)["mario_perf_change_ratio"]
    assert len({frozenset(labels.items()) for labels, _ in changes}) == len(changes)
    values = {
        labels["against"]: value
        for labels, value in changes
        if (labels["metric"], labels["part"]) == ("p95", "value")
    }
    assert values == {"baseline": 0.41, "limit": -0.53}


@pytest.mark.parametrize("make", [samples.gate, samples.empty])
def test_the_collector_of_text_files_reads_it_too(make: object) -> None:
    assert callable(make)
    families = list(text_format.text_string_to_metric_families(openmetrics_report.render(make())))
    assert {family.type for family in families} == {"gauge"}
