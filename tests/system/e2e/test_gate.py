"""Whole gates, real in every link."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.system.e2e.conftest import python, run, started
from tests.system.machine import judged

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e

COARSE = """
[thresholds]
latency_noise = 1.0
latency_resolution = 4.0
response_noise = 1.0
response_resolution = 4.0
tail_noise = 2.0
tail_resolution = 20.0
mean_noise = 1.0
mean_resolution = 20.0
error_noise = 0.05
error_resolution = 0.5
slow_noise = 0.05
slow_resolution = 0.5
min_samples = 1
"""
"""A policy that three rounds can answer on any machine: what is tested is the way to a verdict."""

JUDGED = pytest.mark.timeout(600)
"""A gate that could not tell is played up to three times, each for up to three minutes."""


def report_of(output: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((output / "latest" / "report.json").read_text())
    return loaded


def regressed(report: dict[str, Any]) -> list[str]:
    return [each["operation"]["name"] for each in report["operations"] if each["verdict"] == "regressed"]


def children_of(parent: int, having: str = "") -> list[int]:
    """Processes whose command has a text, oldest first."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    return sorted(int(line.split()[0]) for line in listed.stdout.splitlines() if having in line)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True, timeout=10
    ).stdout.strip()


def worktrees(repository: Path) -> int:
    return len(git("worktree", "list", cwd=repository).splitlines())


def services_under_load(gate: subprocess.Popen[str], folder: Path) -> list[int]:
    """The services of a gate's first round, as soon as they are scraped."""
    wait_for(lambda: list(folder.glob("runs/2*/round-1/scrapes-candidate*")))
    return children_of(gate.pid, " -m mario_perf.pizzeria ")


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.mark.alone
@JUDGED
def test_a_candidate_three_times_slower_by_url_is_red_under_the_default_policy(
    tmp_path: Path, pizzeria: Callable[..., str]
) -> None:
    urls = ("--baseline-url", pizzeria(), "--candidate-url", pizzeria("--slow", "PlaceOrderCommand=3"))
    options = (*urls, "--rounds", "4", "--round-duration", "2")
    done = judged(lambda: run("mario_perf", "gate", *options, cwd=tmp_path))
    assert done.returncode == 3, done.stdout + done.stderr
    report = report_of(tmp_path / "runs")
    assert regressed(report) == ["PlaceOrderCommand"]
    assert report["sentence"].startswith("PlaceOrderCommand")


@JUDGED
def test_an_order_that_waits_is_slower_at_each_of_two_levels_of_load(tmp_path: Path) -> None:
    options = ("--demo", "--levels", "4,12", "--delay", "PlaceOrderCommand=100ms", "--max-duration", "75")
    done = judged(lambda: run("mario_perf", "gate", *options, cwd=tmp_path))
    assert done.returncode == 3, done.stdout + done.stderr
    report = report_of(tmp_path / "runs")
    assert "PlaceOrderCommand under load" in report["sentence"]
    worst = report["load_curves"][0]
    assert worst["operation"] == "PlaceOrderCommand"
    assert "slower" in worst["shape"]
    assert [level["rate"] for level in worst["levels"]] == [4.0, 12.0]
    assert f"load: {worst['explanation']}" in " ".join(done.stdout.split())


def test_one_statement_more_is_red_after_the_first_round(tmp_path: Path) -> None:
    options = ("--demo", "--part", "alone", "--query", "GetMenuQuery=1")
    done = judged(lambda: run("mario_perf", "gate", *options, cwd=tmp_path))
    assert done.returncode == 3, done.stdout + done.stderr
    report = report_of(tmp_path / "runs")
    assert "SQL statements rose from 1.00 to 2.00 a GetMenuQuery." in report["sentence"]
    assert len(report["runs"]) == 1


def test_cpu_after_the_answer_and_a_leak_are_each_named_as_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "perf.toml").write_text("[gate]\nfalse_alarm_rate = 0.1\n")
    faults = ("--burn", "GetMenuQuery=20ms", "--leak", "GetMenuQuery=400kB")
    options = ("--demo", "--part", "alone", "--rounds", "5", "--round-duration", "2", *faults)
    done = run("mario_perf", "gate", *options, cwd=tmp_path)
    assert done.returncode in {3, 4}, done.stdout + done.stderr  # how sure it is depends on the machine
    costs = {each["name"]: each for each in report_of(tmp_path / "runs")["costs"]}
    cpu, leak = costs["CPU time"], costs["growth of memory"]
    assert cpu["candidate"] > 1.5 * cpu["baseline"], cpu
    assert " an execution" in cpu["explanation"]
    assert leak["candidate"] > 5 * leak["baseline"], leak
    assert " a 1,000 executions" in leak["explanation"]
    assert costs["SQL statements"]["verdict"] == "unchanged"


def test_a_candidate_that_refuses_before_any_operation_does_not_pass(
    tmp_path: Path, pizzeria: Callable[..., str], refusing_pizzeria: str
) -> None:
    """None of its operations is slower, or fails: only the client knows."""
    (tmp_path / "perf.toml").write_text(COARSE)
    urls = ("--baseline-url", pizzeria(), "--candidate-url", refusing_pizzeria)
    done = run("mario_perf", "gate", *urls, "--round-duration", "2", cwd=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "requests failed before any operation on the candidate" in " ".join(done.stdout.split())
    report = report_of(tmp_path / "runs")
    (told,) = [finding for finding in report["findings"] if finding["code"] == "unserved-requests"]
    assert told["severity"] == "invalid"
    assert told["message"].startswith("place order: ")
    assert len(report["runs"]) < 10  # no more rounds would help


def test_services_on_https_are_compared_when_their_certificate_is_believed(
    tmp_path: Path, tls_pizzeria: Callable[[], str], self_signed: Path
) -> None:
    urls = ("--baseline-url", tls_pizzeria(), "--candidate-url", tls_pizzeria())
    options = (*urls, "--rounds", "1", "--round-duration", "2")
    done = run("mario_perf", "gate", *options, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "give --ca FILE with the certificate of its signer, or --insecure" in done.stderr
    done = run("mario_perf", "gate", *options, "--ca", str(self_signed), cwd=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr  # one round confirms nothing
    report = report_of(tmp_path / "runs")
    assert report["outcome"] == "inconclusive"
    assert len(report["operations"]) == 12


@pytest.mark.alone
@JUDGED
def test_an_unchanged_tree_is_green_and_nothing_is_left(clone: Path, scratch: Path) -> None:
    """The baseline is built from git, beside the working tree."""
    (clone / "perf.toml").write_text(COARSE)
    options = ("--part", "alone", "--round-duration", "2")
    done = judged(lambda: run("mario_perf", "gate", *options, cwd=clone, TMPDIR=str(scratch)))
    assert done.returncode == 0, done.stdout + done.stderr
    report = report_of(clone / "runs")
    assert report["method"] == "duet"
    assert len(report["operations"]) == 12
    assert regressed(report) == []
    told = report["subject"]
    assert told["service"] == "the pizzeria of this checkout, started by python -m mario_perf.pizzeria"
    assert told["candidate"]["title"] == git("log", "-1", "--format=%s", cwd=clone)
    assert told["run_id"] == (clone / "runs" / "latest").readlink().name
    assert "round 1/" in done.stderr
    assert "not in the history" not in done.stderr
    assert "No lasting shift in 12 series" in run("mario_perf", "trend", cwd=clone).stdout
    assert list(scratch.iterdir()) == []
    assert worktrees(clone) == 1


ONE_RUN = """
import sys
from mario_perf.__main__ import main
from mario_perf.gate import stored
stored.RUNS_PER_BUILD = 1
sys.exit(main())
"""
"""A ``mario-perf`` that plays one run of a build instead of five."""


def test_a_baseline_is_measured_from_the_main_branch_where_there_is_none_and_then_kept(clone: Path) -> None:
    git("config", "user.name", "Test", cwd=clone)
    git("config", "user.email", "test@example.invalid", cwd=clone)
    main = git("rev-parse", "--short=12", "origin/HEAD", cwd=clone)
    git("commit", "-q", "--allow-empty", "-m", "What is judged is no baseline", cwd=clone)
    kept = set(clone.glob("baselines/*/*.json"))
    done = python("-c", ONE_RUN, "gate", "--baseline", "--duration", "5", cwd=clone)
    assert done.returncode == 4, done.stdout + done.stderr  # one run shows no spread
    report = report_of(clone / "runs")
    assert report["method"] == "stored"
    assert report["command"][-4:] == ["gate", "--baseline", "--duration", "5"]
    assert report["baseline_revisions"] == [main]
    assert len(report["operations"]) == 12
    assert "measuring the baseline build first" in done.stderr
    (new,) = set(clone.glob("baselines/*/*.json")) - kept
    shown = run("mario_perf", "baseline", "show", str(new), cwd=clone)
    assert shown.returncode == 0, shown.stderr
    kept_runs = [line.split()[0] for line in shown.stdout.splitlines()[1:]]
    assert kept_runs == report["baseline_runs"] == ["baseline-1"]


@pytest.mark.prometheus
def test_a_prometheus_of_the_gates_own_sees_every_request(clone: Path, scratch: Path) -> None:
    options = ("--prometheus", "auto", "--rounds", "1", "--round-duration", "2")
    done = run("mario_perf", "gate", *options, cwd=clone, TMPDIR=str(scratch))
    report = report_of(clone / "runs")
    assert done.returncode == 4, done.stdout + done.stderr  # one round confirms nothing
    assert report["reconciliation"]
    for row in report["reconciliation"]:
        assert row["client_whole"] == row["server_whole"]
    assert list(scratch.iterdir()) == []


def test_a_side_that_is_killed_makes_the_run_invalid_and_says_so(clone: Path) -> None:
    with started("mario_perf", "gate", cwd=clone) as process:
        victim = services_under_load(process, clone)[-1]
        os.kill(victim, signal.SIGKILL)
        said, _ = process.communicate(timeout=90)
    assert process.returncode == 4, said
    assert "candidate was killed by SIGKILL" in said
    assert "Traceback" not in said


def test_a_side_by_url_that_is_killed_makes_the_run_invalid_and_says_so(
    tmp_path: Path, pizzeria: Callable[..., str]
) -> None:
    baseline, candidate = pizzeria(), pizzeria()
    urls = ("--baseline-url", baseline, "--candidate-url", candidate)
    with started("mario_perf", "gate", *urls, "--round-duration", "2", cwd=tmp_path) as process:
        wait_for(lambda: list(tmp_path.glob("runs/2*/round-1/scrapes-candidate*")))
        os.kill(children_of(os.getpid(), " -m mario_perf.pizzeria ")[-1], signal.SIGKILL)
        said, _ = process.communicate(timeout=90)
    assert process.returncode == 4, said
    assert f"in round 1 candidate at {candidate} no longer answers" in " ".join(said.split())
    assert report_of(tmp_path / "runs")["outcome"] == "invalid"


def test_an_interrupted_gate_leaves_nothing_behind(clone: Path, scratch: Path) -> None:
    with started("mario_perf", "gate", cwd=clone, TMPDIR=str(scratch)) as process:
        assert len(services_under_load(process, clone)) == 2
        children = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not any(is_alive(pid) for pid in children)
    assert list(scratch.iterdir()) == []
    assert worktrees(clone) == 1
