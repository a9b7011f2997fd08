"""A runner's ledger: what goes in, how ledgers unite, and what they say."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mario_perf.errors import UserError
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.entry import LedgerEntry, entry
from mario_perf.ledger.summary import by_runner, sentence, summarise
from mario_perf.model import Commit, GateResult, Outcome, ReferenceLevels, Subject
from tests.reports import samples


def gate_entry(number: int = 1, shown: float = 0.06, **changes: Any) -> LedgerEntry:
    values = {
        "gate": f"gate-{number:03}",
        "time": float(number),
        "environment": "2cores",
        "scenario": "mario",
        "outcome": "pass",
        "rounds": 10,
        "seconds": 40.0,
        "threshold": 0.01,
        "detectable": {"A": shown, "B": 2 * shown},
    }
    return LedgerEntry.model_validate(values | changes)


def unchanged_build(**subject: Any) -> GateResult:
    values: dict[str, Any] = {"run_id": "gate-1", "baseline": Commit("abc"), "candidate": Commit("abc")}
    return replace(samples.gate(), method="duet", outcome=Outcome.PASS, subject=Subject(**values | subject))


def test_a_gate_of_a_build_against_itself_goes_in() -> None:
    result = unchanged_build()
    found = entry(result)
    assert found is not None
    assert (found.gate, found.outcome, found.rounds) == ("gate-1", "pass", len(result.runs))
    assert found.detectable.keys() <= {one.operation.name for one in result.operations}
    assert found.detectable


@pytest.mark.parametrize(
    "result",
    [
        unchanged_build(candidate=Commit("def")),
        unchanged_build(faults=("--slow A=2",)),
        replace(unchanged_build(), outcome=Outcome.INVALID),
        replace(unchanged_build(), method="stored", environment_changes={"load average": ("0.1", "9")}),
        replace(
            unchanged_build(), method="stored", environment_changes={}, baseline_revisions=("older", "abc")
        ),
        replace(unchanged_build(), subject=Subject()),
    ],
)
def test_nothing_else_does(result: GateResult) -> None:
    assert entry(result) is None


def test_a_gate_of_the_build_whose_runs_were_kept_goes_in_with_its_levels() -> None:
    beside = ReferenceLevels("reference-1", {"Interpret": 0.001, "Wait": 0.004})
    alike: dict[str, Any] = {"environment_changes": {}, "baseline_revisions": ("abc",)}
    result = replace(unchanged_build(), method="stored", reference=beside, **alike)
    found = entry(result)
    assert found is not None
    assert (found.method, found.revision, found.reference) == ("stored", "abc", "reference-1")
    shown = {
        one.operation.name: check.candidate
        for one in result.operations
        for check in one.comparisons
        if check.metric == "latency" and one.operation.name in found.levels
    }
    assert found.levels == pytest.approx({name: math.log(each / 0.002) for name, each in shown.items()})
    assert found.deviation.keys() == found.levels.keys()


def test_an_entry_of_before_is_read() -> None:
    old = gate_entry().model_dump(exclude={"method", "deviation", "revision", "reference", "levels"})
    assert LedgerEntry.model_validate(old) == gate_entry()


def test_ledgers_unite_and_no_gate_counts_twice(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    ledger_folder.add(map(gate_entry, (1, 2)), one)
    ledger_folder.add([gate_entry(2), gate_entry(3, environment="8cores")], other)
    assert ledger_folder.merge([one, other, one], tmp_path / "all") == 3
    found = ledger_folder.read(tmp_path / "all")
    assert [(each.gate, each.environment) for each in found] == [
        ("gate-001", "2cores"),
        ("gate-002", "2cores"),
        ("gate-003", "8cores"),
    ]
    assert ledger_folder.read(tmp_path / "all", "8cores") == found[2:]
    assert not list(tmp_path.rglob("*.unfinished"))


def test_a_gate_that_was_played_on_is_kept_as_it_ended(tmp_path: Path) -> None:
    first, longer = gate_entry(1, outcome="inconclusive"), gate_entry(1, outcome="regressed", rounds=15)
    for each in (first, longer, first):
        ledger_folder.add([each], tmp_path)
    assert ledger_folder.read(tmp_path) == (longer,)


def test_a_folder_without_a_ledger_and_a_damaged_entry_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no ledger"):
        ledger_folder.merge([tmp_path], tmp_path / "all")
    ledger_folder.add([gate_entry()], tmp_path / "one")
    (tmp_path / "one" / "2cores" / "gate-001.json").write_text("{")
    with pytest.raises(UserError, match=r"gate-001\.json: not readable as an entry"):
        ledger_folder.read(tmp_path / "one")


def test_an_entry_cannot_name_a_file_elsewhere() -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        gate_entry(environment="../..")


def test_the_share_that_was_wrongly_red_comes_with_its_bound() -> None:
    none = summarise([gate_entry(number) for number in range(412)])
    assert (none.gates, none.red) == (412, 0)
    assert none.most == pytest.approx(1 - 0.025 ** (1 / 412))
    assert "0 of 412 gates of an unchanged build wrongly red here, at most 0.891 %" in sentence(none)
    assert summarise([gate_entry(1), gate_entry(2, outcome="regressed")]).red == 1


def test_twice_the_noise_needs_four_times_the_length() -> None:
    calm, noisy = (summarise([gate_entry(1, 0.01 + noise)]) for noise in (0.02, 0.04))
    quiet, loud = (summarise([gate_entry(1, detectable={"A": 0.01 + noise})]) for noise in (0.02, 0.04))
    assert quiet.seconds == pytest.approx(40.0 / 4)
    assert loud.seconds == pytest.approx(40.0)
    lengths = [each.noise["A"].seconds for each in (calm, noisy)]
    assert lengths[1] == pytest.approx(4 * (lengths[0] or 0))
    assert sentence(quiet).endswith("10 s of measuring show 5 %")
    assert sentence(replace(loud, seconds=4000.0)).endswith("an hour of measuring would not show 5 %")


def test_a_runner_that_became_noisier_is_named_and_one_bad_gate_is_not_enough() -> None:
    before = [gate_entry(number, 0.06 + 0.001 * (number % 5)) for number in range(10)]
    steady = summarise([*before, *(gate_entry(number) for number in range(10, 15))])
    once = summarise([*before, gate_entry(10, 0.2)])
    worse = summarise([*before, *(gate_entry(number, 0.12) for number in range(10, 15))])
    assert (steady.rise, once.rise) == (None, None)
    assert worse.rise == pytest.approx(2.2, abs=0.3)
    assert "this runner became noisier" in sentence(worse)


def test_nothing_is_said_of_a_length_that_no_gate_tells() -> None:
    assert summarise([gate_entry(detectable={})]).seconds is None
    assert summarise([gate_entry(threshold=0.05)]).seconds is None


def test_an_entry_with_a_noise_that_cannot_be_ends_nothing() -> None:
    summary = summarise([gate_entry(detectable={"A": 1e300})])
    assert summary.seconds == math.inf
    assert "an hour" in sentence(summary)


def test_noise_is_told_by_operation() -> None:
    noise = summarise([gate_entry(deviation={"A": each}) for each in (0.01, 0.02, 0.09)]).noise
    assert (noise["A"].deviation, noise["B"].deviation) == (0.02, None)
    assert noise["A"].seconds is not None
    assert noise["B"].seconds is not None
    assert noise["A"].seconds < noise["B"].seconds


def test_gates_against_kept_runs_are_counted_apart_and_no_length_helps_them() -> None:
    entries = [gate_entry(1), gate_entry(2, method="stored"), gate_entry(3, environment="8cores")]
    found = by_runner(entries)
    assert list(found) == [("2cores", "duet"), ("2cores", "stored"), ("8cores", "duet")]
    stored = summarise(found["2cores", "stored"])
    assert "0 of 1 gate of an unchanged build against kept runs wrongly red here" in sentence(stored)
    assert (stored.seconds, stored.noise["A"].seconds) == (None, None)
