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

from tests.e2e.conftest import ROOT, run, started

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e


def report_of(output: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((output / "latest" / "report.json").read_text())
    return loaded


def regressed(report: dict[str, Any]) -> list[str]:
    return [each["operation"]["name"] for each in report["operations"] if each["verdict"] == "regressed"]


def children_of(process: subprocess.Popen[str]) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    return [int(pid) for pid in listed.stdout.split()]


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_slower_service_is_red_and_named_and_every_request_is_accounted_for(
    tmp_path: Path, pizzeria: Callable[..., str]
) -> None:
    baseline, candidate = pizzeria(), pizzeria("--slow", "PlaceOrderCommand=3")
    urls = ("--baseline-url", baseline, "--candidate-url", candidate)
    done = run("gate", "gate", *urls, "--max-duration", "90", "--output", str(tmp_path / "runs"), cwd=ROOT)
    report = report_of(tmp_path / "runs")
    assert done.returncode == 3, done.stdout + done.stderr
    assert regressed(report) == ["PlaceOrderCommand"]
    assert report["reconciliation"]
    for row in report["reconciliation"]:
        assert row["client_whole"] == row["server_whole"]
        assert row["client_window"] == row["server_window"]
    assert "PlaceOrderCommand regressed" in done.stdout
    assert (tmp_path / "runs" / "latest" / "report.html").exists()


def test_both_builds_are_started_from_git_and_nothing_is_left(tmp_path: Path) -> None:
    """A quick gate of this repository: any honest verdict will do."""
    output = tmp_path / "runs"
    done = run("gate", "gate", "--against", "HEAD", "--max-duration", "30", "--output", str(output), cwd=ROOT)
    assert done.returncode in {0, 3, 4}, done.stdout + done.stderr
    report = report_of(output)
    assert report["method"] == "duet"
    assert len(report["operations"]) == 12
    assert not list((output / "latest").glob("*.db"))


def test_a_side_that_is_killed_makes_the_run_invalid_and_says_so(tmp_path: Path) -> None:
    output = tmp_path / "runs"
    options = ("--against", "HEAD", "--max-duration", "120", "--output", str(output))
    with started("gate", "gate", *options, cwd=ROOT) as process:
        wait_for(lambda: list(output.glob("2*/round-1/scrapes-candidate*")))
        victim = next(
            pid for pid in children_of(process) if "pizzeria" in Path(f"/proc/{pid}/cmdline").read_text()
        )
        os.kill(victim, signal.SIGKILL)
        said, _ = process.communicate(timeout=90)
    assert process.returncode == 4, said
    assert "was killed by SIGKILL" in said


def test_an_interrupted_gate_leaves_nothing_behind(tmp_path: Path) -> None:
    output = tmp_path / "runs"
    options = ("--against", "HEAD", "--max-duration", "120", "--output", str(output))
    with started("gate", "gate", *options, cwd=ROOT) as process:
        wait_for(lambda: list(output.glob("2*/round-1/scrapes-candidate*")))
        children = children_of(process)
        assert len(children) >= 3  # two services and Locust
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
