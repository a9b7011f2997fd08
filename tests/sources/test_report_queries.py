"""That each expression shows what it claims is tested with the sources, against real Prometheus servers."""

from __future__ import annotations

from dataclasses import replace

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.model import Operation
from mario_perf.sources.report_queries import queries

PLACE = Operation("command", "PlaceOrderCommand")


def test_without_a_status_and_a_counter_of_failures_nothing_is_said_of_errors() -> None:
    silent = replace(CQRS, status_label=None, failures=None)
    assert set(queries(PLACE, CQRS)) == {"p95", "mean", "error ratio"}
    assert set(queries(PLACE, silent)) == {"p95", "mean"}


def test_both_sides_of_a_duet_are_asked_for_and_kept_apart() -> None:
    targets = [{"instance": "a.b:1", "job": "x"}, {"instance": "c:2", "job": "x"}] * 3
    shown = queries(PLACE, CQRS, targets)["p95"]
    assert r'instance=~"a\\.b:1|c:2",job="x"' in shown
    assert "by (instance, le)" in shown


def test_a_name_cannot_leave_its_quotes() -> None:
    shown = queries(Operation("query", 'a"} or up{b="'), CQRS)["mean"]
    assert r'type="a\"} or up{b=\""' in shown


def test_what_the_policy_does_not_call_a_failure_is_none_in_prometheus_either() -> None:
    lenient = replace(CQRS, ignored_error_types=("business_rule", "not.found"))
    shown = queries(PLACE, lenient)["error ratio"]
    assert r'error_type!~"business_rule|not\\.found"' in shown
    assert "error_type" not in queries(PLACE, CQRS)["error ratio"]
