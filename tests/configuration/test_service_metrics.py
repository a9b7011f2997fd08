"""How the labels of a series name its operation, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.model import Operation
from mario_perf.sources.report_queries import queries

METRICS = replace(
    CQRS, name_label=("method", "route"), kind_label=None, status_label=None, ignored_names=("/up",)
)


def test_the_values_of_several_labels_make_the_name_and_the_others_do_not_matter() -> None:
    order = {"route": "/a b", "pod": "1", "method": "POST"}
    assert METRICS.is_operation(order)
    assert METRICS.name_of(order) == "POST /a b"


@pytest.mark.parametrize(
    "labels", [{"route": "/up", "method": "GET"}, {"route": "/a"}, {"route": "/a", "method": ""}]
)
def test_what_is_left_out_and_what_lacks_a_label_is_no_operation(labels: dict[str, str]) -> None:
    assert not METRICS.is_operation(labels)


def test_promql_asks_for_each_of_the_labels() -> None:
    assert '_bucket{method="POST",route="/a b"}' in queries(Operation("", "POST /a b"), METRICS)["p95"]
