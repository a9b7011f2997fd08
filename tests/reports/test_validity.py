from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from analysis import caveats, findings
from analysis.model import Finding, Severity
from reports import validity
from tests.reports import samples

if TYPE_CHECKING:
    from analysis.model import GateResult

EVERY = (validity.EVERY_RUN, validity.COUNTED, validity.DUET, validity.OPEN, validity.DISTRIBUTED)


def test_a_check_that_found_something_did_not_pass(result: GateResult) -> None:
    assert validity.EVERY_RUN["restart"] in validity.passed(result)
    assert validity.EVERY_RUN["scrape-gap"] not in validity.passed(result)
    restarted = replace(result, findings=(Finding("restart", Severity.INVALID, "it was restarted"),))
    assert validity.EVERY_RUN["restart"] not in validity.passed(restarted)


def test_what_had_nothing_to_look_at_did_not_pass_either(result: GateResult) -> None:
    assert validity.passed(samples.empty()) == []
    uncounted = replace(result, method="stored", reconciliation=())
    assert set(validity.passed(uncounted)) < set(validity.EVERY_RUN.values())


@pytest.mark.parametrize("code", [code for checks in EVERY for code in checks])
def test_each_code_is_one_that_the_analysis_gives(code: str) -> None:
    assert f'"{code}",' in inspect.getsource(findings) + inspect.getsource(caveats)
