"""Usage read from a real Prometheus that holds a history whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import MetricNotFoundError, SourceUnreachableError
from mario_perf.sources.connection import Connection
from mario_perf.usage.periods import periods
from mario_perf.usage.usage_model import Standing, Usage
from mario_perf.usage.usage_source import UsageSource
from mario_perf.usage.usage_summary import summarise

if TYPE_CHECKING:
    from mario_perf.configuration.service_metrics import Metrics
    from tests.system.usage.conftest import Known

pytestmark = pytest.mark.prometheus

HOUR = 3600.0
PIZZERIA = {"job": "pizzeria"}


def usage(
    known: Known, hours: float = 3, metrics: Metrics = CQRS, matchers: dict[str, str] = PIZZERIA
) -> Usage:
    source = UsageSource(Connection(known.url, timeout=10.0, matchers=matchers), metrics)
    return summarise(source.count(periods(hours * HOUR, known.end), 24 * HOUR))


def test_it_counts_what_was_executed_the_most_used_first(known: Known) -> None:
    found = {one.operation.name: one.executions for one in usage(known).operations}
    assert list(found.items()) == [
        ("GetMenuQuery", 10 * 180 + 100 * 15),
        ("PlaceOrderCommand", 179),  # one a minute, and none in the minute in which the service started anew
        ("AddPizzaCommand", 1),
        ("GetStatusQuery", 0),
        ("GetTourQuery", 0),
    ]


def test_it_tells_failures_by_category_also_the_first_of_its_kind(known: Known) -> None:
    found = usage(known)
    assert found.errors == {"business_rule": 36, "exception": 1}
    (order,) = (one for one in found.operations if one.operation.name == "PlaceOrderCommand")
    assert order.success == 1 - 37 / 179


def test_it_tells_commands_from_queries(known: Known) -> None:
    assert usage(known).balance == {"query": 3300 / 3480, "command": 180 / 3480}


def test_names_of_several_labels_and_failures_among_other_statuses_are_counted_as_the_gate_does(
    known: Known,
) -> None:
    metrics = replace(
        CQRS,
        name_label=("operation", "type"),
        kind_label=None,
        ignored_names=("request", "GetTourQuery", "GetStatusQuery"),
        status_label="error_type",
        failing_status="exception",
    )
    found = usage(known, metrics=metrics)
    assert {one.operation.name for one in found.operations} == {
        *("query GetMenuQuery", "command PlaceOrderCommand", "command AddPizzaCommand"),
    }
    assert found.errors == {"exception": 1}


def test_the_peak_is_where_it_was(known: Known) -> None:
    (peak,) = usage(known).peaks(max_peaks=1)
    assert (known.end - peak.span.start, known.end - peak.span.end) == (45 * 60, 30 * 60)
    assert peak.executions == 15 * 110 + 15


def test_it_tells_what_is_new_gone_and_never_used(known: Known) -> None:
    standing = {one.operation.name: one.standing for one in usage(known).operations}
    assert standing == {
        "GetMenuQuery": Standing.USED,
        "PlaceOrderCommand": Standing.USED,
        "AddPizzaCommand": Standing.NEW,
        "GetTourQuery": Standing.GONE,
        "GetStatusQuery": Standing.UNUSED,
    }


def test_where_the_history_begins_within_the_span_nothing_is_called_new(known: Known) -> None:
    found = usage(known, hours=72)
    assert found.before is None
    assert {one.standing for one in found.operations} == {Standing.USED, Standing.UNUSED}


def test_what_a_service_did_before_it_was_scraped_is_not_counted(known: Known) -> None:
    (one,) = usage(known, matchers={"job": "late"}).operations
    assert one.executions == pytest.approx(60, abs=1)


@pytest.mark.parametrize("seconds", [7, 29, 53])
def test_rare_failures_are_counted_exactly_whenever_it_is_asked(known: Known, seconds: int) -> None:
    source = UsageSource(Connection(known.url, timeout=10.0, matchers=PIZZERIA), CQRS)
    found = summarise(source.count(periods(3 * HOUR, known.end - 60 + seconds), 24 * HOUR))
    assert found.errors == {"business_rule": 36, "exception": 1}


@pytest.mark.parametrize("matchers", [PIZZERIA, {"type": "GetMenuQuery"}], ids=["all", "one"])
def test_it_asks_three_questions_however_many_operations_there_are(
    known: Known, matchers: dict[str, str]
) -> None:
    before = questions(known)
    usage(known, matchers=matchers)
    assert questions(known) - before == 3


def test_a_service_with_a_histogram_alone_is_read_too(known: Known) -> None:
    alone = replace(CQRS, executions=None, failures=None, error_type_label=None)
    (menu,) = usage(known, metrics=alone).operations
    assert menu.executions == 1800
    assert menu.failures == {"failure": 180}


def test_a_histogram_without_a_status_tells_of_no_failures(known: Known) -> None:
    silent = replace(CQRS, failures=None, status_label=None)
    assert usage(known, metrics=silent).errors == {}


def test_what_the_policy_leaves_out_by_name_is_not_counted(known: Known) -> None:
    names = {each.operation.name for each in usage(known).operations}
    left = usage(known, metrics=replace(CQRS, ignored_names=("GetMenuQuery",))).operations
    assert "GetMenuQuery" in names
    assert {each.operation.name for each in left} == names - {"GetMenuQuery"}


def test_a_server_that_knows_no_operation_is_an_error_that_names_the_metric(known: Known) -> None:
    with pytest.raises(MetricNotFoundError, match="cqrs_executions_total not found"):
        usage(known, matchers={"job": "nobody"})


def test_a_server_that_is_not_there_is_an_error() -> None:
    source = UsageSource(Connection("http://127.0.0.1:9", timeout=5.0), CQRS)
    with pytest.raises(SourceUnreachableError, match="not reachable"):
        source.count(periods(HOUR, 1e9), HOUR)


def questions(known: Known) -> float:
    """How many range queries the server has answered, by its own count."""
    page = requests.get(f"{known.url}/metrics", timeout=10).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "prometheus_http_requests_total"
        and sample.labels["handler"] == "/api/v1/query_range"
    )
