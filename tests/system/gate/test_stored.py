"""A comparison with stored runs that does not go to its end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf import runs
from mario_perf.baselines import stored_baselines
from mario_perf.builds.build import Build
from mario_perf.builds.git import Checkout
from mario_perf.builds.preparation import prepare
from mario_perf.configuration.policy import Policy, Service
from mario_perf.errors import UserError
from mario_perf.gate import stored
from mario_perf.gate.load_plan import QUIET
from mario_perf.gate.load_process import LoadPlan
from mario_perf.gate.stored import StoredComparison, play
from mario_perf.measurement.measured_run import measure_run
from mario_perf.model import Outcome
from mario_perf.reports.progress import PlainNarrator
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import GateResult

ROOT = Path(__file__).parents[3]
RUN_IT = f"exec {sys.executable} -m mario_perf.pizzeria --port {{port}}"


@pytest.fixture(autouse=True)
def _few_short_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stored, "RUNS_PER_BUILD", 1)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, GateResult]:
    """A run of the candidate, before a baseline that cannot be set up; its folder, and the result."""
    folder = tmp_path_factory.mktemp("played")
    baseline = build("baseline", RUN_IT, sys.executable, "-c", "exit('no compiler')")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(stored, "RUNS_PER_BUILD", 1)
        result = play(asked(build("candidate", RUN_IT), baseline, folder), PlainNarrator())
    return folder / "candidate-1", result


def build(name: str, script: str, *setup: str) -> Build:
    service = Service(start=("sh", "-c", script), setup=setup, ready="/ready")
    return Build(name, Checkout(ROOT, "abc"), service)


def asked(candidate: Build, baseline: Build, folder: Path, window: float = 1.0) -> StoredComparison:
    policy = Policy()

    @contextmanager
    def committed() -> Iterator[Build]:
        with prepare(baseline, folder, PlainNarrator()) as ready:
            yield ready

    return StoredComparison(
        candidate=candidate,
        open_baseline_build=committed,
        load=LoadPlan(
            users=2,
            seed=1,
            scenario="mario",
            warm_up=0.2,
            window=window,
            think="0",
            quiet=QUIET,
            initial_idle=0.0,
        ),
        policy=policy,
        source_of=open_source(policy),
        folder=folder,
        baseline=None,
    )


def test_a_baseline_that_cannot_be_set_up_loses_nothing_of_the_candidate(
    played: tuple[Path, GateResult],
) -> None:
    _, result = played
    assert (result.outcome, result.method) == (Outcome.INVALID, "stored")
    assert "setup of the baseline ended with exit code 1: no compiler" in result.sentence
    assert [run.run_id for run in result.runs] == ["candidate-1"]
    assert result.operations


def test_a_service_that_dies_under_load_loses_nothing_of_the_runs_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "RUNS_PER_BUILD", 2)
    ran, under_load = tmp_path / "ran", tmp_path / "candidate-2/scrapes-candidate*"
    serve = RUN_IT.removeprefix("exec ")
    briefly = f"{serve} & until ls {under_load}; do sleep 0.1; done; sleep 0.5; kill $!; wait $!; exit 7"
    candidate = build("candidate", f"if [ -e {ran} ]; then {briefly}; else touch {ran}; {RUN_IT}; fi")
    result = play(asked(candidate, build("baseline", RUN_IT), tmp_path, window=3.0), PlainNarrator())
    assert result.outcome is Outcome.INVALID
    assert result.sentence.startswith(
        "The run cannot be judged: in run 2 of the candidate: candidate ended with exit code 7"
    )
    assert [run.run_id for run in result.runs] == ["candidate-1"]


def test_what_cannot_begin_at_all_is_an_error_of_its_own(tmp_path: Path) -> None:
    candidate = build("candidate", "echo 'no such port'; exit 1")
    with pytest.raises(UserError, match="candidate ended with exit code 1: no such port"):
        play(asked(candidate, build("baseline", RUN_IT), tmp_path), PlainNarrator())


def test_what_is_kept_is_compared_with_and_told_and_nothing_is_built(
    played: tuple[Path, GateResult], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = runs.load(played[0])
    path = stored_baselines.save(measure_run(before, open_source(Policy())(before)).candidate).path
    result = play(
        asked(build("candidate", RUN_IT), build("baseline", RUN_IT, "false"), tmp_path), PlainNarrator()
    )
    assert result.baseline_runs == ("candidate-1",)
    assert "setup of the baseline" not in result.sentence
    said = f"comparing with the stored runs of abc in {path}"
    assert said in capsys.readouterr().err
