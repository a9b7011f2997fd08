"""How two builds' capacities are told on a terminal."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from rich.console import Console

from mario_perf.capacity.capacity_ratio import Block, Served
from mario_perf.capacity.ratio_search import RatioChange
from mario_perf.model import Verdict
from mario_perf.reports import ratio_table

FILE = Path("runs/1-capacity/capacity-ratio.json")
BLOCKS = (
    Block(130.0, Served(100.0, kept_up=False), Served(0.0, kept_up=False)),
    Block(90.0, Served(90.0, kept_up=True), Served(61.23, kept_up=False)),
)


def change(verdict: Verdict, value: float, low: float, high: float) -> RatioChange:
    return RatioChange(verdict, value, low, high, 101.26, BLOCKS, "because")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (change(Verdict.REGRESSED, -0.3, -0.4, -0.2), "regressed: capacity -30.0 % (-40.0 to -20.0 %), "),
        (change(Verdict.REGRESSED, -0.49, -1.0, -0.3), "regressed: capacity -49.0 % (-30.0 % or lower), "),
        (change(Verdict.IMPROVED, 0.9, 0.5, math.inf), "improved: capacity +90.0 % (+50.0 % or higher), "),
        (change(Verdict.INCONCLUSIVE, 0.0, -1.0, math.inf), "inconclusive: capacity unknown, "),
    ],
)
def test_the_answer_is_a_sentence_with_its_interval_and_its_file(told: RatioChange, said: str) -> None:
    shown = ratio_table.sentence(told, FILE).plain
    assert shown == f"{said}baseline about 101 journeys/s; because (2 blocks in {FILE})"


def test_a_block_is_a_row_with_what_each_build_completed() -> None:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(ratio_table.blocks(change(Verdict.REGRESSED, -0.3, -0.4, -0.2)))
    _, first, second = captured.get().splitlines()
    assert first.split() == ["1", "130", "100", "none"]
    assert second.split() == ["2", "90.0", "kept", "up", "61.2"]
