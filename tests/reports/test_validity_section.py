from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.reports.validity_section import passed_checks
from mario_perf.validity.codes import Code
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


def test_a_check_that_found_something_did_not_pass(result: GateResult) -> None:
    assert Code.RESTART.holds in passed_checks(result)
    assert Code.SCRAPE_GAP.holds not in passed_checks(result)
    restarted = replace(result, findings=(Code.RESTART.finding(where=""),))
    assert Code.RESTART.holds not in passed_checks(restarted)


def test_what_had_nothing_to_look_at_did_not_pass_either(result: GateResult) -> None:
    assert passed_checks(samples.empty()) == []
    stored = replace(result, method="stored", reconciliation=())
    assert Code.COUNTS_DISAGREE.holds not in passed_checks(stored)
    assert Code.UNEQUAL_WORK.holds not in passed_checks(stored)


@pytest.mark.parametrize(
    "code", [Code.UNSERVED_REQUESTS, Code.OPERATION_NOT_EXECUTED, Code.SIDE_DIED, Code.LATE_ANSWERS]
)
def test_all_that_can_make_a_duet_invalid_is_among_what_passed(result: GateResult, code: Code) -> None:
    assert code.holds in passed_checks(result)
