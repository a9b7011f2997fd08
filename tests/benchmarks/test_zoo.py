from __future__ import annotations

import pytest

from benchmarks.zoo.pairs import Pair, pairs, requirements
from benchmarks.zoo.records import Trial
from benchmarks.zoo.table import table

PAIR = Pair("tomli", "1.2.3", "2.0.1", "tomli", "unchanged")
SLOWER, FASTER, SAME = (0.3, 0.28, 0.32), (-0.3, -0.32, -0.28), (0.001, -0.02, 0.02)


def trial(direct: tuple[float, float, float], **verdicts: str) -> Trial:
    return Trial(
        pair=PAIR.name,
        started="2026-11-30T10:00:00+00:00",
        load_average=0.1,
        seconds=60,
        outcome="pass",
        verdicts={"tomli": "unchanged", "attrs": "unchanged"} | verdicts,
        direct=direct[0],
        direct_low=direct[1],
        direct_high=direct[2],
    )


def test_there_are_twelve_pairs_that_move_and_twelve_that_do_not() -> None:
    assert sum(pair.expected == "unchanged" for pair in pairs()) == 12
    assert sum(pair.expected != "unchanged" for pair in pairs()) >= 12


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.name)
def test_each_pair_changes_one_line_of_the_requirements(pair: Pair) -> None:
    before, after = (requirements(pair, version).splitlines() for version in (pair.before, pair.after))
    assert len(set(before) ^ set(after)) == 2


def test_a_package_that_the_service_does_not_use_is_refused() -> None:
    with pytest.raises(ValueError, match="names numpy 0 times"):
        requirements(Pair("numpy", "1", "2", "numpy", "slower"), "1")


@pytest.mark.parametrize(
    ("direct", "verdicts", "right"),
    [
        (SLOWER, {"tomli": "regressed"}, True),
        (SLOWER, {"tomli": "inconclusive"}, False),
        (SLOWER, {"tomli": "regressed", "attrs": "regressed"}, False),
        (FASTER, {"tomli": "improved"}, True),
        (FASTER, {"tomli": "unchanged"}, False),
        (SAME, {}, True),
        (SAME, {"tomli": "inconclusive"}, True),
        (SAME, {"attrs": "regressed"}, False),
    ],
)
def test_a_gate_is_right_if_it_names_what_became_slower_and_nothing_else(
    direct: tuple[float, float, float], verdicts: dict[str, str], right: object
) -> None:
    assert trial(direct, **verdicts).is_right("tomli") is right


def test_the_table_counts_what_was_right_and_what_was_named_wrongly() -> None:
    text = table([PAIR], [trial(SLOWER, tomli="regressed"), trial(SAME, attrs="regressed")])
    assert "1 of 2 gates right, 1 named an operation whose library was the same" in text
    assert "| tomli 1.2.3 → 2.0.1 | +35.0 % (+32.3 % to +37.7 %): slower | regressed | none |" in text
