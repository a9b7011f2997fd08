"""A gate that is played on: judged like one longer gate, within the same promise."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy

from benchmarks.detection.simulate import Ended, played, sides_of
from benchmarks.detection.worlds import REAL, UNCHANGED
from mario_perf import runs
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Policy
from mario_perf.errors import UserError
from mario_perf.gate import earlier_rounds
from mario_perf.gate.continuation import Continuation, note_files
from mario_perf.gate.duet import play
from mario_perf.judgement.sequential import plan
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import GateResult, Outcome
from mario_perf.reports import json_report
from mario_perf.run_record import Alternation, Look
from mario_perf.runs import Run
from mario_perf.sources.source import open_source
from mario_perf.validity.codes import Code
from tests.gate.duet_setup import SilentNarrator, duet_setup
from tests.gate.test_gate_request import gate_request
from tests.gate.test_one_judge import compared, said
from tests.reports import curve_samples, samples
from tests.simulated_runs import Plan, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.command_line import Done

POLICY = "[thresholds]\nmin_samples = 3000\n"
"""A round has 600 executions of each operation."""
A_LITTLE_SLOWER = {"PlaceOrderCommand": 0.0084, "GetMenuQuery": 0.002}
ROUNDS, BEFORE = 6, 3


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Rounds of a candidate that is a little slower."""
    folder = tmp_path_factory.mktemp("recorded")
    return [
        write_run(folder / f"round-{seed}", Plan(A_LITTLE_SLOWER, seed=seed), Plan(seed=seed + 100))
        for seed in range(1, ROUNDS + 1)
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a gate, in a project with a policy."""
    monkeypatch.chdir(tmp_path)
    Path("perf.toml").write_text(POLICY)
    gate = tmp_path / "runs" / "gate"
    gate.mkdir(parents=True)
    return gate


def gate(folder: Path, recorded: list[Path], rounds: int, *, goes_on: bool = False) -> GateResult:
    """One that plays so many of the recorded rounds; after those that are in its folder if it goes on."""
    policy = policy_file.load()
    source_of = open_source(policy)

    def play_one(_: object, number: int, narrator: object) -> MeasuredRun:
        run = runs.load(recorded[number - 1])
        runs.write(Run(folder / f"round-{number}", run.record))
        for scrapes in recorded[number - 1].glob("scrapes-*"):
            (folder / f"round-{number}" / scrapes.name).write_bytes(scrapes.read_bytes())
        return measure_run(run, source_of(run))

    earlier = earlier_rounds.read(folder, "alone", source_of) if goes_on else earlier_rounds.NONE
    duet = duet_setup(folder, policy, max_duration=10_000.0, max_rounds=rounds, earlier=earlier)
    return play(duet, SilentNarrator(), play_one, itertools.count().__next__)


def looks(result: GateResult) -> list[Look]:
    return [run.look for run in result.runs if run.look]


def test_its_rounds_are_judged_like_those_of_one_longer_gate(folder: Path, recorded: list[Path]) -> None:
    first = gate(folder, recorded, BEFORE)
    assert first.outcome is Outcome.INCONCLUSIVE
    both = gate(folder, recorded, ROUNDS - BEFORE, goes_on=True)
    longer = gate(folder.with_name("longer"), recorded, len(both.runs))
    assert [run.run_id for run in both.runs] == [run.run_id for run in longer.runs]
    assert [one.comparisons[0].change.value for one in both.operations] == [
        one.comparisons[0].change.value for one in longer.operations
    ]
    assert both.operations[0].comparisons[0].change != first.operations[0].comparisons[0].change
    assert compared(runs.rounds(folder)) == said(both)


def test_it_goes_on_with_spending_where_the_gate_stopped(folder: Path, recorded: list[Path]) -> None:
    spent = [look.spent for look in looks(gate(folder, recorded, BEFORE))]
    assert sum(spent) == pytest.approx(0.9 * 0.98)  # two looks at counts of work alone have no record
    all_looks = looks(gate(folder, recorded, ROUNDS - BEFORE, goes_on=True))
    assert [look.spent for look in all_looks[: len(spent)]] == spent
    assert sum(look.spent for look in all_looks) <= 0.99 + 1e-9
    assert len({look.missed for look in all_looks}) == 2


def test_a_gate_that_is_continued_twice_keeps_its_promises() -> None:
    """Random walks, one of 20 that nothing shifts: at 20 % promised, so that 20,000 tell."""
    rate, z = 0.2, np.random.default_rng(3).normal(size=(20_000, 60)).cumsum(axis=1) / np.sqrt(range(1, 61))
    earlier: tuple[Look, ...] = ()
    for rounds in (20, 40, 60):
        earlier += planned_looks(rate, rounds, earlier)
    at = np.array([len(look.runs) for look in earlier]) - 1
    levels = np.array([look.spent * rate for look in earlier])
    assert list(at) == sorted(at)
    red = (scipy.stats.norm.sf(z[:, at]) < levels).any(axis=1)
    assert 0.1 < red.mean() <= rate + 0.005
    missed = scipy.stats.norm.sf(z[:, at]) < [look.missed for look in earlier]
    assert missed.any(axis=1).mean() == pytest.approx(0.025, abs=0.003)


def planned_looks(rate: float, rounds: int, earlier: Sequence[Look]) -> tuple[Look, ...]:
    """Those of a gate that stays open until its last round."""
    planned = plan(rate, rounds, earlier)
    return tuple(
        Look(runs=tuple(map(str, range(number))), spent=alpha / rate, missed=planned.miss_rate)
        for number, alpha in planned.looks
    )


def continued(world: str, seed: int, times: int) -> Ended:
    """A gate of an unchanged build that is continued as long as something is open: at most so many times."""
    earlier: tuple[Look, ...] = ()
    whole = sides_of(world, UNCHANGED, np.random.default_rng((2027, seed)))
    parts = [len(whole.baseline.durations) * part // (times + 1) for part in range(1, times + 2)]
    for rounds in parts:
        ended = played(whole, most=rounds, earlier=earlier)
        if ended.red.any() or not ended.still_open.any():
            return ended
        earlier += planned_looks(Policy().false_alarm_rate, rounds, earlier)
    return ended


@pytest.mark.simulation
@pytest.mark.parametrize(
    "world",
    [
        REAL,
        "3 % fail, by process (cv 2)",
    ],
)
def test_gates_of_an_unchanged_build_that_are_continued_twice_are_not_red(world: str) -> None:
    """At 1 % promised, two false alarms in 20 gates have a chance of 2 %."""
    assert sum(bool(continued(world, seed, times=2).red.any()) for seed in range(20)) <= 1


def kept(folder: Path, **changes: object) -> Path:
    """A gate's folder with a report, and rounds that were looked at."""
    result = replace(samples.gate(), outcome=Outcome.INCONCLUSIVE)
    last = result.runs[-1]
    look = Look(runs=tuple(run.run_id for run in result.runs), spent=0.9, missed=0.005)
    looked = (*result.runs[:-1], last.model_copy(update={"look": look}))
    operations = tuple(one for one in result.operations if one.verdict == "inconclusive")
    fields = {"runs": looked, "operations": operations, **changes}
    result = replace(result, **fields)  # type: ignore[arg-type]
    (folder / "report.json").write_text(json_report.render(result))
    return folder


def test_it_has_the_options_that_the_gate_was_started_with(folder: Path) -> None:
    command = ("mario-perf", "gate", "--slow", "PlaceOrderCommand=1.5", "--users", "2")
    going_on = Continuation.of(kept(folder, command=command))
    assert going_on.options == command[2:]


def test_its_baseline_is_the_commit_of_then(folder: Path) -> None:
    going_on = Continuation.of(kept(folder))
    assert going_on.report.subject.baseline is not None
    assert going_on.pin(gate_request(against="main")).against == going_on.report.subject.baseline.revision
    assert going_on.pin(gate_request(demo=True)).against is None


def test_it_plays_the_parts_that_were_played_however_long_it_goes_on(folder: Path) -> None:
    last = samples.gate().runs[-1]
    look = Look(runs=(last.run_id,), spent=0.9, missed=0.005)
    alone = last.model_copy(update={"look": look})
    under_load = alone.model_copy(update={"alternation": Alternation(seconds=0.6, turns=8)})
    short, long = gate_request(part=None, max_duration=60.0), gate_request(part=None)
    assert Continuation.of(kept(folder, runs=(alone,))).pin(long).parts == ("alone",)
    both = Continuation.of(kept(folder, runs=(alone, under_load), outcome=Outcome.PASS))
    assert both.pin(short).parts == ("alone", "load")
    reason = Code.PART_NOT_PLAYED.finding(reason="the time was over")
    without_load = Continuation.of(kept(folder, runs=(alone,), findings=(reason,)))
    assert without_load.pin(short).parts == ("alone", "load")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": Outcome.REGRESSED}, "nothing is open there"),
        ({"method": "stored"}, "only a gate of two builds side by side"),
        ({"runs": samples.gate().runs}, "not the rounds of one gate"),
        ({"findings": (Code.PART_FAILED.finding(reason="gone"),)}, "its part under load failed; start a new"),
        ({"load_curves": curve_samples.gate().load_curves}, "a gate with --levels cannot be continued"),
    ],
)
def test_what_cannot_go_on_is_refused(folder: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Continuation.of(kept(folder, **changes))


def test_a_secret_that_the_report_masks_cannot_be_given_again(folder: Path) -> None:
    going_on = Continuation.of(kept(folder, command=("mario-perf", "gate", "--restart", "up --token=abcdef")))
    with pytest.raises(UserError, match="hold a secret"):
        _ = going_on.options


def test_other_files_than_those_that_were_measured_are_named(folder: Path) -> None:
    going_on = Continuation.of(kept(folder))
    note_files(folder, {"a.py": "1", "b.py": "2", "c.py": "3"})
    going_on.check_files({"a.py": "1", "b.py": "2", "c.py": "3"})
    with pytest.raises(UserError, match=r"measured: b\.py, c\.py, d\.py; put it back"):
        going_on.check_files({"a.py": "1", "b.py": "5", "d.py": "4"})


@pytest.mark.parametrize("options", [("--users", "3"), ("--slow", "A=2"), ("--against", "HEAD")])
def test_an_option_that_would_change_what_is_measured_is_refused(
    folder: Path, here: Callable[..., Done], options: Sequence[str]
) -> None:
    done = here("gate", "--continue", str(kept(folder)), *options)
    assert done.returncode == 2
    assert f"leave out {options[0]}" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--restart", "touch here", "--baseline-url", "http://127.0.0.1:1", "--candidate-url", "http://a"),
        ("--policy", "other.toml"),
        ("--allow-host", "shop.test"),
        ("--insecure",),
        ("--prometheus", "http://shop.test"),
        ("--runs-dir", "elsewhere"),
    ],
)
def test_a_report_decides_neither_what_is_run_nor_who_is_trusted_nor_where_is_written(
    folder: Path, here: Callable[..., Done], words: tuple[str, ...]
) -> None:
    done = here("gate", "--continue", str(kept(folder, command=("mario-perf", "gate", *words))))
    assert done.returncode == 2
    assert f"started with other {words[0]}, and a report does not decide" in done.stderr


def test_what_is_trusted_goes_on_where_it_is_given_again(folder: Path, here: Callable[..., Done]) -> None:
    words = ("--allow-host", "shop.test", "--policy", "none.toml")
    done = here("gate", "--continue", str(kept(folder, command=("mario-perf", "gate", *words))), *words)
    assert "none.toml: no such file" in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("--faster",), ("--users", "many")])
def test_options_that_no_gate_was_started_with_are_refused(
    folder: Path, here: Callable[..., Done], words: tuple[str, ...]
) -> None:
    done = here("gate", "--continue", str(kept(folder, command=("mario-perf", "gate", *words))))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "options that this version of mario-perf does not know" in done.stderr


def test_the_link_to_its_last_round_that_each_gate_has_is_no_strangers(folder: Path) -> None:
    gate = kept(folder)
    (gate / "round-1").mkdir(exist_ok=True)
    (gate / "round-1" / "run.json").touch()
    (gate / "latest").symlink_to("round-1")
    assert Continuation.of(gate).folder == gate


@pytest.mark.parametrize("target", ["../elsewhere", "round-7", "/tmp"])
def test_a_link_of_that_name_to_anything_else_is_refused(folder: Path, target: str) -> None:
    gate = kept(folder)
    (gate / "latest").symlink_to(target)
    with pytest.raises(UserError, match="latest is a link or a device"):
        Continuation.of(gate)


@pytest.mark.parametrize("name", ["round-9", "error.log", "round-1/run.json", "candidate.sha256"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_folder_with_links_and_pipes_of_somebody_else_is_refused(
    folder: Path, tmp_path: Path, name: str, kind: str
) -> None:
    path = kept(folder) / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(tmp_path) if kind == "link" else os.mkfifo(path)
    with pytest.raises(UserError, match=rf"{path.name} is a link or a device"):
        Continuation.of(folder)


def test_a_gate_that_is_decided_is_one_line(folder: Path, here: Callable[..., Done]) -> None:
    done = here("gate", "--continue", str(kept(folder, outcome=Outcome.REGRESSED)))
    assert done.returncode == 2
    assert "nothing is open there (regressed); start a new gate" in done.stderr
