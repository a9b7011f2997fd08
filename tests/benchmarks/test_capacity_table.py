"""The table of simulated comparisons of capacities."""

from __future__ import annotations

from benchmarks.capacity.machine import Answer
from benchmarks.capacity.table import table
from mario_perf.model import Verdict


def answer(change: float, verdict: Verdict, low: float) -> Answer:
    return Answer("calm", change, 1, verdict, low, 0.05, 90.0, 7)


def test_each_machine_and_change_has_a_row_with_what_was_said() -> None:
    said = [
        answer(0.0, Verdict.UNCHANGED, -0.05),
        answer(0.0, Verdict.REGRESSED, 0.01),
        answer(-0.1, Verdict.REGRESSED, -0.2),
        answer(-0.1, Verdict.INCONCLUSIVE, -0.2),
    ]
    unchanged, lower, total = table(said).splitlines()[2:]
    assert unchanged.startswith("| calm | unchanged | 2 | 50.0% (1.3%-98.7%) | 50% | 0% | 90 | 50.0% |")
    assert lower.startswith("| calm | 10% less | 2 | 50.0% (1.3%-98.7%) | 0% | 50% | 90 | 100.0% |")
    assert total.startswith("| **all** | **unchanged, or covered** | 4 | 50.0%")
