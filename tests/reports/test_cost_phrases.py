"""Costs in a line: each name stands where it belongs, once."""

from __future__ import annotations

import math

from mario_perf.model import CostResult, Estimate, Verdict
from mario_perf.reports import cost_phrases


def cost(name: str, verdict: Verdict, operation: str = "") -> CostResult:
    return CostResult(
        name=name,
        operation=operation,
        per="operation",
        unit="count",
        baseline=1.0,
        candidate=1.0,
        change=Estimate(math.nan, math.nan, math.nan, 0.95),
        noise=0.1,
        verdict=verdict,
        explanation="",
    )


def test_what_is_alike_of_all_operations_has_its_name_alone() -> None:
    costs = [
        cost("SQL statements", Verdict.UNCHANGED, each) for each in ("GetMenuQuery", "PlaceOrderCommand")
    ]
    assert cost_phrases.still([*costs, cost("CPU time", Verdict.INCONCLUSIVE)]) == (
        "unchanged: SQL statements; not known: CPU time"
    )


def test_a_name_with_two_answers_says_how_many_have_each() -> None:
    costs = [
        cost("SQL statements", Verdict.UNCHANGED, each) for each in ("GetMenuQuery", "PlaceOrderCommand")
    ]
    costs.append(cost("SQL statements", Verdict.INCONCLUSIVE, "GetPizzaQuery"))
    assert (
        cost_phrases.still(costs) == "unchanged: SQL statements (2 of 3); not known: SQL statements (1 of 3)"
    )


def test_what_moved_is_not_in_the_line_and_counts_in_all() -> None:
    costs = [
        cost("SQL statements", Verdict.REGRESSED, "GetMenuQuery"),
        cost("SQL statements", Verdict.UNCHANGED),
    ]
    assert cost_phrases.still(costs) == "unchanged: SQL statements (1 of 2)"
