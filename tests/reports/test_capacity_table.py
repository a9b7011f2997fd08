"""How a capacity is told on a terminal."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mario_perf.capacity.capacity_change import CapacityChange
from mario_perf.capacity.rate_search import Capacity, Probe
from mario_perf.model import Verdict
from mario_perf.reports import capacity_table

FILE = Path("runs/1-capacity/capacity.json")


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (Capacity(226.27, 237.6, (), complete=True), "Capacity: 226 journeys/s; 238 failed."),
        (Capacity(None, 0.5, (), complete=True), "No capacity: not even 0.500 journeys/s held."),
        (Capacity(80.0, math.inf, (), complete=False), "Not confirmed: 80.0 journeys/s held"),
        (Capacity(None, math.inf, (), complete=False), "Not confirmed: no rate held"),
    ],
)
def test_the_figure_is_a_sentence_with_its_file(capacity: Capacity, said: str) -> None:
    shown = capacity_table.figure(capacity, FILE).plain
    assert shown.startswith(said)
    assert shown.endswith(f"({FILE})")


@given(st.floats(min_value=0.01, max_value=1e6))
def test_a_rate_has_three_significant_digits_and_no_exponent(value: float) -> None:
    shown = capacity_table.rate(value)
    assert "e" not in shown
    assert float(shown) == pytest.approx(value, rel=0.0051)


def test_a_probe_is_a_row_with_its_first_reasons_whatever_they_hold() -> None:
    probes = (Probe(40.0, held=True), Probe(80.0, held=False, reasons=("a [red]slow[/] one", "b", "c", "d")))
    console = Console(width=100)
    with console.capture() as captured:
        console.print(capacity_table.probes(Capacity(40.0, 80.0, probes, complete=True)))
    _, held, failed = captured.get().splitlines()
    assert held.split() == ["1", "40.0", "held"]
    assert failed.split(maxsplit=3) == ["2", "80.0", "failed", "a [red]slow[/] one; b; and 2 more"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            CapacityChange(Verdict.REGRESSED, -0.45, -0.5, -0.4, 5, 3, "noise is 10% either way"),
            f"regressed: -45.0 % (-50.0 to -40.0 %), 3 searches against 5 in {FILE}; noise is 10% either way",
        ),
        (
            CapacityChange(Verdict.INCONCLUSIVE, -0.3, -1.0, math.inf, 1, 1, "one against one"),
            (f"inconclusive: -30.0 % (interval unknown), 1 search against 1 in {FILE}; one against one"),
        ),
        (
            CapacityChange(Verdict.INCONCLUSIVE, math.nan, -1.0, math.inf, 3, 1, "not comparable"),
            f"inconclusive: 1 search against 3 in {FILE}; not comparable",
        ),
    ],
)
def test_a_change_is_told_with_its_interval_and_the_searches_behind_it(
    change: CapacityChange, said: str
) -> None:
    assert capacity_table.change(change, FILE).plain == said


def test_limits_that_nobody_gave_are_called_assumed() -> None:
    assert capacity_table.limits("p95 at most 1 s", from_policy=True).plain == "Limits: p95 at most 1 s"
    assert capacity_table.limits("p95 at most 1 s", from_policy=False).plain.endswith(
        "perf.toml has no [limits])"
    )
