"""A locustfile of plain users, as Locust's own pages show them, in a gate."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.system.e2e.conftest import python, run
from tests.system.e2e.test_gate import ONE_RUN

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

LOCUSTFILE = """
from locust import HttpUser, constant, task


class Reader(HttpUser):
    wait_time = constant(0.02)

    @task
    def look(self) -> None:
        self.client.get("/books", context={"operation": "GET /books"})
"""

POLICY = f"""
[load]
locustfile = "theirs.py"
users = 2

[metrics]
duration = "http_request_duration_seconds"
unit = "seconds"
name_label = ["method", "route"]

[service]
start = ["{sys.executable}", "-m", "tests.system.e2e.shop", "{{port}}", "0", "0"]
ready = "/metrics"
metrics = "/metrics"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A service of one commit, and a locustfile that knows nothing of mario-perf."""
    (tmp_path / "theirs.py").write_text(LOCUSTFILE)
    (tmp_path / "perf.toml").write_text(POLICY)
    (tmp_path / ".gitignore").write_text("runs/\n")
    person = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), (*person, "commit", "-q", "-m", "Sell")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True, timeout=60)
    return tmp_path


@pytest.mark.alone
def test_a_gate_of_plain_users_against_stored_runs_has_a_verdict(project: Path) -> None:
    done = python("-c", ONE_RUN, "gate", "--baseline", "--duration", "5", cwd=project)
    assert done.returncode == 4, done.stdout + done.stderr  # one run of a build shows no spread
    report = json.loads((project / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    assert report["outcome"] == "inconclusive"
    assert [each["operation"]["name"] for each in report["operations"]] == ["GET /books"]
    assert report["reconciliation"]
    assert all(row["client_whole"] == row["server_whole"] for row in report["reconciliation"])
    assert report["next_steps"]


def test_a_duet_of_plain_users_is_refused_with_the_way_that_takes_them(project: Path) -> None:
    done = run("mario_perf", "gate", "--max-duration", "40", cwd=project)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "only a MeasuredUser can, not Reader" in done.stderr
    assert "mario-perf gate --baseline" in done.stderr
