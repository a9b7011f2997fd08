"""Users of any class of Locust's take part in a run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf import runs

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e

THEIRS = Path(__file__).with_name("theirs.py")
FAST = ("--headless", "--only-summary", "--warm-up", "0.5", "--quiet", "0.1")
THREE_USERS = ("-u", "3", "-r", "3", "--window", "2")


def test_their_requests_are_recorded_as_steps(pizzeria: Callable[..., str], tmp_path: Path) -> None:
    """And a code given on purpose is the exit code, though it is Locust's default."""
    options = ("--runs-dir", str(tmp_path), "-H", pizzeria(), "--exit-code-on-error", "1")
    command = [sys.executable, "-m", "mario_perf.load", "-f", str(THEIRS), *FAST, *THREE_USERS, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    run = runs.load(tmp_path / "latest")
    [target] = run.record.targets
    steps: dict[str, Any] = {step.step: step for step in target.in_window}
    assert set(steps) == {"GET menu", "GET /nowhere", "GET menu again", "rpc Call", "rpc Fail", "rpc Tell"}
    menu = steps["GET menu"]
    assert menu.operation == "GetMenuQuery"
    assert menu.started == menu.reached == menu.statuses["200"] > 0
    assert steps["GET /nowhere"].errors == {"HTTP 404": steps["GET /nowhere"].failed}
    assert steps["rpc Call"].reached == steps["rpc Call"].started > steps["rpc Call"].failed == 0
    assert steps["rpc Call"].fastest == pytest.approx(0.0015)
    failed = steps["rpc Fail"]
    assert failed.errors == {"ValueError": failed.started}
    assert (failed.reached, failed.abandoned) == (0, failed.started)
    assert {latency.step for latency in target.latencies} == set(steps) - {"rpc Tell"}
    assert steps["rpc Tell"].fastest is None
    assert run.record.window.duration > 0
    assert run.record.warnings == ()
