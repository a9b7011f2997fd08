"""Costs in a line: each name stands where it belongs, once."""

from __future__ import annotations

import math
from dataclasses import replace

from mario_perf.model import CostResult, Estimate, Verdict
from mario_perf.reports import cost_phrases

FEW = "(so few rounds do not show how far processes lie apart; play more rounds)"


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
        f"unchanged: SQL statements; not known: CPU time {FEW}"
    )


def test_a_name_with_two_answers_says_how_many_have_each() -> None:
    costs = [
        cost("SQL statements", Verdict.UNCHANGED, each) for each in ("GetMenuQuery", "PlaceOrderCommand")
    ]
    costs.append(cost("SQL statements", Verdict.INCONCLUSIVE, "GetPizzaQuery"))
    assert cost_phrases.still(costs) == (
        f"unchanged: SQL statements (2 of 3); not known: SQL statements (1 of 3) {FEW}"
    )


def test_what_is_not_known_for_other_reasons_stands_apart() -> None:
    wide = replace(cost("CPU time", Verdict.INCONCLUSIVE), change=Estimate(0.2, -0.3, 0.9, 0.95))
    likely = replace(cost("threads", Verdict.INCONCLUSIVE), change=Estimate(0.5, 0.2, 0.9, 0.95))
    unread = replace(cost("open files", Verdict.INCONCLUSIVE), candidate=math.nan)
    assert cost_phrases.still([wide, likely, unread]).split("; not known: ") == [
        "not known: CPU time (rounds lie too far apart; play more rounds, or use a quieter machine)",
        "threads (it probably rose, and chance is not ruled out; play more rounds)",
        "open files (it was not read on both sides; look at the service's metrics page)",
    ]


def test_what_moved_is_not_in_the_line_and_counts_in_all() -> None:
    costs = [
        cost("SQL statements", Verdict.REGRESSED, "GetMenuQuery"),
        cost("SQL statements", Verdict.UNCHANGED),
    ]
    assert cost_phrases.still(costs) == "unchanged: SQL statements (1 of 2)"


def test_a_growth_has_its_sign_and_says_for_how_many_executions() -> None:
    grown = replace(
        cost("growth of the time of PlaceOrderCommand", Verdict.REGRESSED, "PlaceOrderCommand"),
        per="growth",
        unit="seconds",
        change=Estimate(0.0008, -0.0001, 0.0012, 0.95),
    )
    assert cost_phrases.change(grown) == "+800 µs a 1,000 executions (-100 µs to +1.2 ms)"


def test_an_accepted_cost_has_a_line_of_its_own() -> None:
    accepted = cost("CPU time", Verdict.ACCEPTED)
    assert cost_phrases.moved([accepted, cost("threads", Verdict.UNCHANGED)]) == [accepted]
    assert cost_phrases.still([accepted]) == ""
