"""The tables of real gates."""

from __future__ import annotations

from typing import Any

from benchmarks.detection import answers, table
from tests.benchmarks.detection_gates import FAST, SLOW, gate

SLOWED = "GetMenuQuery +10 %"
FOUND: dict[str, Any] = {"outcome": "regressed", "regressed": ("GetMenuQuery",), "candidate": (SLOW,)}
ONCE = [
    gate(),
    gate(seconds=80.0),
    gate(load_average=3.0, outcome="regressed", regressed=("PlaceOrderCommand",)),
    gate(SLOWED, seconds=30.0, **FOUND),
    gate(SLOWED, seconds=50.0, **{**FOUND, "outcome": "invalid"}),
    gate(SLOWED, outcome="inconclusive", inconclusive=("GetMenuQuery",)),
    gate(outcome="invalid", regressed=("PlaceOrderCommand",)),
]
GATES = [*ONCE, *ONCE]


def test_every_condition_has_a_row_for_each_machine_it_was_played_on() -> None:
    assert table.ours(GATES) == (
        "| candidate | machine | day | gates | rightly red | wrongly red | undecided | invalid | median |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        "| unchanged | calm | 2026-01-01 | 6 | - | 0 of 6 (0-46 %) | 2 of 6 (4-78 %) | 2 | 60 s |\n"
        "| unchanged | busy | 2026-01-01 | 2 | - | 2 of 2 (16-100 %) | 0 of 2 (0-84 %) | 0 | 60 s |\n"
        "| GetMenuQuery +10 % | calm | 2026-01-01 | 6 | 2 of 6 (4-78 %) | 0 of 6 (0-46 %) "
        "| 4 of 6 (22-96 %) | 2 | 50 s |\n"
        "| **all, wrongly red** | | | 14 | | 2 of 14 (2-43 %) | | | |\n"
        "| **unchanged, wrongly red** | | | 8 | | 2 of 8 (3-65 %) | | | |"
    )


def test_gates_of_several_days_are_not_one_row() -> None:
    rows = table.ours([gate(), gate(started="2026-01-02T00:00:00+00:00")]).splitlines()[2:4]
    assert [row.split(" | ")[2:4] for row in rows] == [["2026-01-01", "1"], ["2026-01-02", "1"]]


def test_a_gate_that_is_invalid_is_undecided_and_never_red_whatever_it_names() -> None:
    named = ("GetMenuQuery", "PlaceOrderCommand")
    row = table.ours([gate(SLOWED, outcome="invalid", regressed=named)] * 2).splitlines()[2]
    assert "| 0 of 2 (0-84 %) | 0 of 2 (0-84 %) | 2 of 2 (16-100 %) |" in row


def test_what_was_not_changed_is_named_wrongly_even_beside_what_was() -> None:
    both = {**FOUND, "regressed": ("GetMenuQuery", "PlaceOrderCommand")}
    row = table.ours([gate(SLOWED, **both)] * 2).splitlines()[2]
    assert "| 0 of 2 (0-84 %) | 2 of 2 (16-100 %) | 0 of 2 (0-84 %) |" in row


def test_a_gate_beside_busy_processes_was_not_played_on_a_calm_machine() -> None:
    row = table.ours([gate("four busy processes: unchanged", load_average=0.1)]).splitlines()[2]
    assert row.startswith("| four busy processes: unchanged | busy | 2026-01-01 | 1 | - |")


def test_other_code_that_does_the_same_may_not_be_red_either() -> None:
    named = gate("unchanged but for a comment", outcome="regressed", regressed=("GetMenuQuery",))
    assert (
        table.ours([gate(), named])
        .splitlines()[-1]
        .startswith("| **unchanged, wrongly red** | | | 2 | | 1 of 2")
    )


def test_other_rules_are_tried_on_the_same_gates_from_the_fourth_on() -> None:
    assert table.peers(GATES) == (
        "| rule | wrongly red on an unchanged build | 10 % or more slower: named, and nothing else |\n"
        "|---|---|---|\n"
        "| this gate | 1 of 5 (1-72 %) | 2 of 6 (4-78 %) |\n"
        "| p95 + 10 %, one stored run | 0 of 5 (0-52 %) | 4 of 6 (22-96 %) |\n"
        "| p95 + 10 %, mean of three | 0 of 5 (0-52 %) | 4 of 6 (22-96 %) |\n"
        "| Mann-Whitney at 98 % | 0 of 5 (0-52 %) | 0 of 6 (0-46 %) |"
    )


def test_with_too_few_gates_nothing_is_claimed() -> None:
    assert table.peers([gate(candidate=(FAST,))]).splitlines()[2] == "| this gate | none yet | none yet |"


def test_gates_of_both_parts_count_only_if_the_code_of_today_judged_them() -> None:
    old, new, alone = (
        gate("both parts: unchanged", code="other"),
        gate("both parts: unchanged", code=answers.fingerprint_of_judging()),
        gate(code="other"),
    )
    assert table.of_today([old, new, alone]) == [new, alone]
