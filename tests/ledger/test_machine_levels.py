"""How far kinds of machines lie apart, where the truth is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mario_perf.configuration.policy import Policy
from mario_perf.judgement.machine_spread import GUESS, UNKNOWN
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.entry import LedgerEntry
from mario_perf.ledger.machine_levels import known, spread
from tests.ledger.test_ledger import gate_entry

OPERATIONS = 12


def machines(kinds: int, apart: float, seed: int = 1, **changes: Any) -> list[LedgerEntry]:
    """One gate of one build on each kind; two kinds lie ``apart``."""
    draw = np.random.default_rng(seed)
    build = draw.normal(0, 1, OPERATIONS)
    return [
        _entry(f"{kind}cores", build + draw.normal(0, apart / np.sqrt(2), OPERATIONS), **changes)
        for kind in range(kinds)
    ]


def _entry(environment: str, levels: np.ndarray, **changes: Any) -> LedgerEntry:
    named = {f"Operation{number}": float(each) for number, each in enumerate(levels)}
    values: dict[str, Any] = {
        "method": "stored",
        "revision": "abc",
        "reference": "reference-1",
        "levels": named,
    }
    return gate_entry(environment=environment, **values | changes)


@pytest.mark.parametrize(
    "entries", [[], machines(1, 0.1), [gate_entry(1), gate_entry(2, environment="8cores")]]
)
def test_without_a_build_on_two_kinds_of_machines_it_is_a_guess(entries: list[LedgerEntry]) -> None:
    assert spread(entries, "mario") == UNKNOWN


@pytest.mark.parametrize("change", [{"revision": "def"}, {"reference": "reference-2"}, {"scenario": "other"}])
def test_what_another_build_reference_or_scenario_has_is_not_held_against_it(change: dict[str, Any]) -> None:
    here, _ = machines(2, 0.1)
    _, elsewhere = machines(2, 0.1, **change)
    assert spread([here, elsewhere], "mario") == UNKNOWN


def test_few_kinds_leave_it_near_the_guess_and_many_show_the_truth() -> None:
    few, many = (spread(machines(kinds, 0.05), "mario") for kinds in (2, 60))
    assert (few.kinds, many.kinds) == (2, 60)
    assert few.deviation == pytest.approx(GUESS, rel=0.25)
    assert many.deviation == pytest.approx(0.05, rel=0.5)


def test_machines_that_lie_farther_apart_than_the_guess_widen_it() -> None:
    assert spread(machines(5, 0.6), "mario").deviation > 1.5 * GUESS


def test_only_a_policy_that_compares_across_machines_reads_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ledger_folder.VARIABLE, raising=False)
    ledger_folder.add(machines(3, 0.1), ledger_folder.find(tmp_path))
    assert known(Policy(), "mario", tmp_path) == UNKNOWN
    assert known(Policy(across_machines=True), "mario", tmp_path).kinds == 3
