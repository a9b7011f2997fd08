from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.model import Operation, Outcome, Verdict
from mario_perf.reports import junit_report
from tests.reports import samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.model import GateResult


def suite(result: GateResult) -> ET.Element:
    found = ET.fromstring(junit_report.render(result)).find("testsuite")
    assert found is not None
    return found


def test_each_operation_and_each_cost_is_a_test_case_and_the_run_is_one_more(result: GateResult) -> None:
    names = [case.get("name") for case in suite(result).iter("testcase")]
    assert names[: len(result.operations) + 1] == [
        "the run is valid",
        *(one.operation.name for one in result.operations),
    ]
    assert "SQL statements a PlaceOrderCommand" in names[len(result.operations) + 1 :]
    assert len(names) == 1 + len(result.operations) + len(result.costs)


def test_regressed_fails_and_inconclusive_is_neither_failed_nor_passed(result: GateResult) -> None:
    cases = list(suite(result).iter("testcase"))[1:]
    verdicts = [each.verdict for each in result.operations] + [each.verdict for each in result.costs]
    for case, verdict in zip(cases, verdicts, strict=True):
        assert (case.find("failure") is not None) == (verdict is Verdict.REGRESSED)
        assert (case.find("skipped") is not None) == (verdict is Verdict.INCONCLUSIVE)


def test_a_limit_is_called_one() -> None:
    said = junit_report.render(samples.gate(samples.beyond_the_limit()))
    assert "p95 against the limit: 5 ms to 11.3 ms, +126.0 %" in said
    assert "p95: 8 ms to 11.3 ms, +41.0 %" in said


def test_the_totals_are_those_of_the_cases(result: GateResult) -> None:
    shown = suite(result)
    for total, tag in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("skipped", "skipped"),
        ("errors", "error"),
    ):
        assert int(shown.get(total, "-1")) == len(list(shown.iter(tag)))


def test_an_invalid_run_is_an_error_with_its_reason() -> None:
    shown = suite(samples.empty())
    error = shown.find("testcase/error")
    assert error is not None
    assert error.text == "No operation was executed: is the host right?"
    assert shown.get("errors") == "1"


ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id"},
    "testcase": {"name", "classname", "time", "assertions", "status"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "testcase": ["skipped", "error", "failure", "system-out", "system-err"],
}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors", "time"}, "testcase": {"name", "classname"}}


@pytest.mark.parametrize("make", [samples.gate, samples.empty, lambda: samples.many(50)])
def test_elements_and_attributes_are_those_that_every_reader_of_junit_knows(
    make: Callable[[], GateResult],
) -> None:
    """The common part of the schemas of Jenkins' xUnit plugin, Surefire and Ant's JUnit task."""
    for element in ET.fromstring(junit_report.render(make())).iter():
        assert set(element.keys()) <= ATTRIBUTES[element.tag]
        assert set(element.keys()) >= REQUIRED.get(element.tag, set())
        order = [CHILDREN[element.tag].index(child.tag) for child in element]
        assert order == sorted(order)
        for number in ("tests", "failures", "errors", "skipped"):
            assert element.get(number, "0").isdecimal()
        assert float(element.get("time", "0")) >= 0


def test_a_case_has_one_result_at_most(result: GateResult) -> None:
    for case in suite(result).iter("testcase"):
        assert len([child for child in case if child.tag in {"failure", "error", "skipped"}]) <= 1


@given(st.text(max_size=30))
def test_any_name_gives_well_formed_xml(name: str) -> None:
    one = replace(samples.without_data(), operation=Operation("query", name), explanation=name)
    result = replace(samples.empty(), operations=(one,), costs=(), outcome=Outcome.INCONCLUSIVE)
    assert len(list(suite(result).iter("testcase"))) == 2
