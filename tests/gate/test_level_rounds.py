"""A gate at several levels of load, of recorded rounds: one answer, and the same when judged again."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.compare import main
from mario_perf import runs
from mario_perf.configuration import policy_file
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.gate import duet, level_rounds
from mario_perf.gate.load_levels import Levels
from mario_perf.gate.load_process import SideDiedError
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import CurveShape, GateResult, Outcome
from mario_perf.run_record import Alternation
from mario_perf.sources.source import open_source
from tests.gate.duet_setup import NOWHERE, SilentNarrator, duet_setup
from tests.gate.test_one_judge import POLICY, said
from tests.gate.test_parts import ARRIVALS, SAME
from tests.simulated_runs import Plan, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mario_perf.gate.duet import Duet

RATES = (20.0, 40.0)
SLOWER = {"PlaceOrderCommand": 0.012, "GetMenuQuery": 0.002}
MUCH_SLOWER = {"PlaceOrderCommand": 0.024, "GetMenuQuery": 0.002}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("perf.toml").write_text(POLICY)


def gate(
    folder: Path,
    at: Mapping[float, Mapping[str, float]],
    late: Mapping[float, float] | None = None,
    fails: Callable[[int], Exception | None] = lambda _: None,
) -> tuple[GateResult, list[float]]:
    """The result, and the rates in the order of play: five rounds of each."""
    policy = policy_file.load()
    order: list[float] = []

    def play_one(setup: Duet, number: int, _: object) -> MeasuredRun:
        rate = setup.load.rate
        assert rate is not None
        order.append(rate)
        if error := fails(number):
            raise error
        lateness = (late or {}).get(rate, 0.002)
        arrivals = ARRIVALS.model_copy(update={"rate": rate, "late_p99": lateness})
        turns = {"model": "open", "alternation": Alternation(seconds=0.6, turns=8), "arrivals": arrivals}
        path = duet.round_folder(setup, number)
        run = runs.load(write_run(path, Plan(at[rate], seed=number), Plan(seed=number + 100), **turns))
        return measure_run(run, open_source(policy)(run))

    whole = duet_setup(folder, policy, max_rounds=5)
    plan = level_rounds.LevelsPlan(whole, NOWHERE, Levels(RATES, shares=False), clock_start=0.0)
    return level_rounds.play(plan, SilentNarrator(), play_one, itertools.count().__next__), order


def compared(folder: Path) -> tuple[str, str, list[tuple[str, str]]]:
    main([str(folder)])
    report = json.loads((folder / "compare" / "report.json").read_text())
    findings = [(each["code"], each["message"]) for each in report["findings"]]
    return report["outcome"], report["sentence"], findings


def shape(result: GateResult, operation: str) -> CurveShape:
    return next(each.shape for each in result.load_curves if each.operation == operation)


def test_an_unchanged_build_passes_at_each_level(tmp_path: Path) -> None:
    result, order = gate(tmp_path / "gate", dict.fromkeys(RATES, SAME))
    assert result.outcome is Outcome.PASS
    assert {each.shape for each in result.load_curves} == {CurveShape.ALIKE}
    assert [len(each.levels) for each in result.load_curves] == [2, 2]
    assert {each.title for each in result.operations} == {
        "GetMenuQuery under load",
        "PlaceOrderCommand under load",
    }
    assert compared(tmp_path / "gate") == said(result)
    assert result.scope.startswith("one build at a time at 20, 40 journeys a second, ")
    blocks = list(zip(order[0::2], order[1::2], strict=True))
    assert [sorted(block) for block in blocks] == [[20.0, 40.0]] * 5
    assert len({*blocks}) == 2


def test_what_is_slower_by_as_much_at_each_level_is_slower(tmp_path: Path) -> None:
    result, _ = gate(tmp_path / "gate", dict.fromkeys(RATES, SLOWER))
    assert result.outcome is Outcome.REGRESSED
    assert shape(result, "PlaceOrderCommand") is CurveShape.SLOWER
    assert "PlaceOrderCommand is slower under load: response time +" in result.sentence
    assert "by about as much at each level." in result.sentence
    assert compared(tmp_path / "gate") == said(result)


def test_what_is_slower_at_the_higher_level_alone_saturates_earlier(tmp_path: Path) -> None:
    result, _ = gate(tmp_path / "gate", {20.0: SAME, 40.0: MUCH_SLOWER})
    assert result.outcome is Outcome.REGRESSED
    assert shape(result, "PlaceOrderCommand") is CurveShape.EARLIER
    assert shape(result, "GetMenuQuery") is CurveShape.ALIKE
    assert "PlaceOrderCommand saturates earlier:" in result.sentence
    assert "They part from 40 journeys/s on." in result.sentence


def test_a_level_at_which_the_generator_was_late_is_invalid_and_no_build_is_blamed(tmp_path: Path) -> None:
    result, _ = gate(tmp_path / "gate", {20.0: SAME, 40.0: MUCH_SLOWER}, late={40.0: 3.0})
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.next_steps == ("Give more time with --max-duration, or fewer levels, on a quiet machine.",)
    assert result.sentence.endswith("Not judged: 40 journeys/s; the findings say why.")
    assert any(each.message.startswith("at 40 journeys/s: ") for each in result.findings)
    assert not any("regressed" in each.verdict.value for each in result.operations)
    assert compared(tmp_path / "gate") == said(result)


def test_a_level_that_could_not_tell_takes_no_pass_away_unless_something_is_suspected(tmp_path: Path) -> None:
    result, _ = gate(tmp_path / "gate", dict.fromkeys(RATES, SAME), late={40.0: 3.0})
    assert result.outcome is Outcome.PASS
    assert result.sentence.startswith(
        "No regression in 2 operations at 20 journeys/s. At 40 journeys/s: could not"
    )
    assert result.next_steps == ("Give more time with --max-duration, or fewer levels, on a quiet machine.",)
    assert any(each.message.startswith("at 40 journeys/s: ") for each in result.findings)
    assert compared(tmp_path / "gate") == said(result)


def test_where_no_level_can_be_judged_the_gate_is_invalid(tmp_path: Path) -> None:
    result, _ = gate(tmp_path / "gate", dict.fromkeys(RATES, SAME), late=dict.fromkeys(RATES, 3.0))
    assert result.outcome is Outcome.INVALID


def test_a_build_that_ends_makes_the_gate_invalid(tmp_path: Path) -> None:
    dead = SideDiedError("the candidate ended with exit code 1")
    result, order = gate(
        tmp_path / "gate", dict.fromkeys(RATES, SAME), fails=lambda number: dead if number == 7 else None
    )
    assert result.outcome is Outcome.INVALID
    assert "the candidate ended" in result.sentence
    assert len(order) == 7
    assert compared(tmp_path / "gate") == said(result)


def test_a_build_that_ends_in_the_first_round_leaves_nothing_to_judge(tmp_path: Path) -> None:
    with pytest.raises(InvalidRunError, match="the candidate ended"):
        gate(
            tmp_path / "gate",
            dict.fromkeys(RATES, SAME),
            fails=lambda _: SideDiedError("the candidate ended"),
        )
    with pytest.raises(UserError, match="no Locust"):
        gate(tmp_path / "other", dict.fromkeys(RATES, SAME), fails=lambda _: UserError("no Locust"))
