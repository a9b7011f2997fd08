"""``mario-perf doctor`` on pages and processes that are real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry, Histogram, start_http_server

from mario_perf.cli.doctor_command import doctor

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]

POLICY = """
[metrics]
duration = "shop_seconds"
name_label = "route"
"""


@pytest.fixture
def url() -> Iterator[str]:
    registry = CollectorRegistry()
    histogram = Histogram("shop_seconds", "Durations", ["route"], registry=registry)
    histogram.labels("/items\x1b[2J").observe(0.1)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    server.server_close()
    thread.join(30)


def run(tmp_path: Path, policy: str, *options: str) -> subprocess.CompletedProcess[str]:
    """In a repository of one commit, as a process."""
    (tmp_path / "perf.toml").write_text(policy, encoding="utf-8")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, timeout=30)
    return subprocess.run(
        [sys.executable, "-m", "mario_perf", "doctor", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_page_of_a_running_service_is_looked_at(url: str, tmp_path: Path) -> None:
    policy = tmp_path / "perf.toml"
    policy.write_text(POLICY, encoding="utf-8")
    done = CliRunner().invoke(doctor, ["--url", url, "--policy", str(policy)], standalone_mode=False)
    assert done.return_value == 0
    assert "operations" in done.output
    assert "attention" in done.output
    assert "\x1b[2J" not in done.output


def test_a_page_without_the_metrics_of_the_policy_is_a_problem(url: str, tmp_path: Path) -> None:
    policy = tmp_path / "perf.toml"
    policy.touch()
    done = CliRunner().invoke(doctor, ["--url", url, "--policy", str(policy)], standalone_mode=False)
    assert done.return_value == 2
    assert "mario-perf init" in done.output


def test_a_service_that_does_not_answer_is_a_problem() -> None:
    done = CliRunner().invoke(doctor, ["--url", "http://127.0.0.1:9/metrics"], standalone_mode=False)
    assert done.return_value == 2
    assert "check that the service runs" in done.output


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (POLICY, "how to start the service with shop_seconds"),
        ("[service]\nready = '/up'\n", "does not say how to start the service"),
    ],
)
def test_a_service_of_which_nobody_says_how_it_is_started_is_not_taken_for_the_pizzeria(
    policy: str, said: str, tmp_path: Path
) -> None:
    done = run(tmp_path, policy)
    assert done.returncode == 2
    assert said in " ".join(done.stdout.split())
    assert "start" in done.stdout
    assert len(done.stdout.split("problem")) == 2


def test_where_nothing_says_how_a_service_is_started_the_pizzeria_is_not_taken(tmp_path: Path) -> None:
    done = run(tmp_path, "")
    assert done.returncode == 2
    assert "does not say how to start the service add [service] start" in " ".join(done.stdout.split())


def test_a_demo_and_a_running_service_are_two_wishes() -> None:
    done = CliRunner().invoke(doctor, ["--demo", "--url", "http://127.0.0.1:9/metrics"])
    assert done.exit_code == 2
    assert "exclude each other" in done.output


def test_a_label_of_targets_goes_with_a_prometheus() -> None:
    assert CliRunner().invoke(doctor, ["--match", "job=shop"]).exit_code == 2


def test_a_service_that_cannot_be_started_is_a_problem_and_its_output_is_kept(tmp_path: Path) -> None:
    start = [sys.executable, "-c", "raise SystemExit('{port} is not for me')"]
    done = run(tmp_path, f"{POLICY}\n[service]\nstart = {start}\n")
    assert done.returncode == 2
    assert "is not for me" in done.stdout
    (log,) = tmp_path.glob("mario-perf-doctor-*/*.log")
    assert "is not for me" in log.read_text()
    assert "Traceback" not in done.stdout + done.stderr


def test_the_service_is_played_from_a_snapshot(tmp_path: Path) -> None:
    start = [sys.executable, "-c", "import os; raise SystemExit(os.getcwd() + ' {port}')"]
    done = run(tmp_path, f"{POLICY}\n[service]\nstart = {start}\n")
    assert "/mario-perf-checkout-" in "".join(done.stdout.split())
    assert not list(tmp_path.glob("mario-perf-checkout-*"))


@pytest.mark.e2e
def test_the_pizzeria_is_fit_for_a_gate_and_nothing_is_left(tmp_path: Path) -> None:
    done = run(tmp_path, POLICY, "--quick", "--demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "started by python -m mario_perf.pizzeria" in " ".join(done.stdout.split())
    for subject in (
        "machine",
        "service",
        "operations",
        "failures",
        "restarts",
        "buckets",
        "steps",
        "samples",
    ):
        assert f" {subject} " in done.stdout
    assert "PlaceOrderCommand" in done.stdout
    assert "noticed by process_start_time_seconds" in done.stdout
    assert not list(tmp_path.glob("mario-perf-doctor-*"))
