"""What the reference beside a run was at."""

from pathlib import Path

import pytest

from mario_perf.measurement import reference_levels
from mario_perf.model import ReferenceLevels
from mario_perf.reference.histograms import Histograms
from mario_perf.run_record import StepCounts, TargetRecord
from mario_perf.runs import Run
from tests.simulated_runs import keep_scrapes, record, target


def beside(folder: Path, executions: int, *, failed: int = 0) -> Run:
    """A run with a reference that took 2 ms, and 8 ms outside the window."""
    histograms, bodies = Histograms("reference-1", 1.0), []
    for second in range(61):
        bodies.append((float(second), histograms.page()))
        inside = 10 <= second < 50
        for _ in range(executions // 40 if inside else 5):
            histograms.add("Interpret", 0.002 if inside else 0.008)
    keep_scrapes(folder, "reference", bodies)
    steps = (StepCounts(step="GET /work", started=executions, reached=executions, failed=failed),)
    reference = TargetRecord(
        side="reference", url="http://r", metrics_url="http://r/metrics", whole_run=steps, in_window=steps
    )
    return Run(folder, record(target({"A": 400}), reference=reference))


def levels(run: Run) -> ReferenceLevels | None:
    assert run.record.reference is not None
    return reference_levels.read(run, run.record.reference)


def test_the_typical_time_in_the_window_is_its_level(tmp_path: Path) -> None:
    found = levels(beside(tmp_path / "run", 400))
    assert found is not None
    assert found.version == "reference-1"
    assert found.typical == {"Interpret": pytest.approx(0.002, rel=0.05)}


def test_too_few_requests_or_failed_ones_are_no_level(tmp_path: Path) -> None:
    assert levels(beside(tmp_path / "few", 20)) is None
    assert levels(beside(tmp_path / "failed", 400, failed=1)) is None


def test_a_run_whose_scrapes_of_it_are_gone_is_judged_without(tmp_path: Path) -> None:
    run = beside(tmp_path / "run", 400)
    (tmp_path / "run" / "scrapes-reference.jsonl.gz").unlink()
    assert levels(run) is None
