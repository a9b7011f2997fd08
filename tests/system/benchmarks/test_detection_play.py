"""Real gates, as the benchmark plays them."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.detection import play
from benchmarks.detection.conditions import BUSY, BY_NAME, GROSS, Condition
from tests.system import processes

ROOT = Path(__file__).parents[3]


def git(*arguments: str, cwd: Path = ROOT) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()


def test_what_is_edited_meanwhile_is_not_played(tmp_path: Path) -> None:
    git("init", "-q", cwd=tmp_path)
    (tmp_path / "file").write_text("committed")
    git("add", "file", cwd=tmp_path)
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    git(*identity, "commit", "-qm", "first", cwd=tmp_path)
    (tmp_path / "file").write_text("edited before")
    with play.committed(tmp_path) as tree:
        (tmp_path / "file").write_text("edited meanwhile")
        assert (tree / "file").read_text() == "committed"
    assert not tree.exists()


@pytest.mark.parametrize(
    "condition", [each for each in BY_NAME.values() if each.patch], ids=lambda each: each.patch
)
def test_a_patch_changes_the_candidate_and_is_taken_back(condition: Condition, tmp_path: Path) -> None:
    git("clone", "-q", "--local", str(ROOT), str(tmp_path))
    with play.brought_about(condition, tmp_path):
        assert git("status", "--porcelain", cwd=tmp_path)
    assert not git("status", "--porcelain", cwd=tmp_path)


def test_busy_processes_run_as_long_as_the_gate(tmp_path: Path) -> None:
    with play.brought_about(BUSY[0], tmp_path):
        deadline = time.monotonic() + 20  # each is seen as soon as it has become Python
        while len(busy()) < 4:
            assert time.monotonic() < deadline
    assert not busy()


def busy() -> list[str]:
    return [each for each in processes.marked() if each.endswith("while True: pass")]


@pytest.mark.e2e
def test_a_gate_is_kept_with_its_answer_and_all_that_both_sides_counted() -> None:
    short = Condition("unchanged", ("--rounds", "1", "--round-duration", "2"))
    with play.committed() as tree:
        gate = play.one(short, 1, tree)
    assert gate.revision == git("rev-parse", "--short=12", "HEAD")
    assert len(gate.rounds) == 1
    for each in gate.rounds:
        assert len(each.baseline) == len(each.candidate) == 12
        for side in (each.baseline, each.candidate):
            assert all(sum(one.counts.values()) + one.failed > 0 for one in side.values())
            assert all(0 <= bucket <= len(gate.bounds) for one in side.values() for bucket in one.counts)


RARE = GROSS[-1]


@pytest.mark.e2e
@pytest.mark.parametrize(
    "condition", [each for each in GROSS if each is not RARE], ids=lambda each: each.name
)
def test_what_nobody_would_miss_is_red_and_nothing_else_is_named(condition: Condition) -> None:
    with play.committed() as tree:
        gate = play.one(condition, 1, tree)
    assert (gate.outcome, gate.regressed) == ("regressed", (condition.operation,))


@pytest.mark.e2e
def test_what_rarely_takes_a_second_longer_does_not_pass() -> None:
    """In so short a time it may be too rare to be sure of, never too rare to be seen."""
    short = replace(RARE, options=("--max-duration", "40"))
    with play.committed() as tree:
        gate = play.one(short, 1, tree)
    assert gate.outcome in {"regressed", "inconclusive"}
    assert set(gate.regressed) <= {RARE.operation}
