from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.model import Finding, Severity
from mario_perf.reports import validity_section
from mario_perf.validity import comparison_checks, metrics_checks, run_checks
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult

_SOURCES = "".join(map(inspect.getsource, (run_checks, metrics_checks, comparison_checks)))
EVERY = (
    validity_section.EVERY_RUN,
    validity_section.COUNTED,
    validity_section.DUET,
    validity_section.OPEN,
    validity_section.DISTRIBUTED,
)


def test_a_check_that_found_something_did_not_pass(result: GateResult) -> None:
    assert validity_section.EVERY_RUN["restart"] in validity_section.passed(result)
    assert validity_section.EVERY_RUN["scrape-gap"] not in validity_section.passed(result)
    restarted = replace(result, findings=(Finding("restart", Severity.INVALID, "it was restarted"),))
    assert validity_section.EVERY_RUN["restart"] not in validity_section.passed(restarted)


def test_what_had_nothing_to_look_at_did_not_pass_either(result: GateResult) -> None:
    assert validity_section.passed(samples.empty()) == []
    uncounted = replace(result, method="stored", reconciliation=())
    assert set(validity_section.passed(uncounted)) < set(validity_section.EVERY_RUN.values())


@pytest.mark.parametrize("code", [code for checks in EVERY for code in checks])
def test_each_code_is_one_that_the_analysis_gives(code: str) -> None:
    assert f'"{code}",' in _SOURCES
