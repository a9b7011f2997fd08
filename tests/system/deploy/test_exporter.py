"""What the load generator tells Prometheus of itself. Locust patches the library: it has a process alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[3]
TIMES = (0.4, 1.0, 4.6, 50.0, 70.4, 120.0, 20_000.0)  # milliseconds
EXPOSED = f"""
from locust.env import Environment
from prometheus_client import CollectorRegistry, generate_latest
from deploy.load.exporter import LoadMetrics

environment, registry = Environment(), CollectorRegistry()
for milliseconds in {TIMES}:
    environment.stats.log_request("GET", "see the menu", milliseconds, 0)
environment.stats.log_error("GET", "see the menu", "boom")
registry.register(LoadMetrics(environment))
print(generate_latest(registry).decode())
"""


@pytest.fixture(scope="module")
def exposed() -> dict[str, dict[str, float]]:
    """The values by sample name, and within by bound."""
    done = subprocess.run(
        [sys.executable, "-c", EXPOSED],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(done.stdout):
        for sample in family.samples:
            found.setdefault(sample.name, {})[sample.labels.get("le", "")] = sample.value
    return found


def test_requests_and_failures_are_those_of_locust(exposed: dict[str, dict[str, float]]) -> None:
    assert exposed["mario_load_requests_total"] == {"": len(TIMES)}
    assert exposed["mario_load_failures_total"] == {"": 1}
    assert exposed["mario_load_running"] == {"": 0}


def test_each_bucket_holds_what_was_no_slower(exposed: dict[str, dict[str, float]]) -> None:
    buckets = {float(le): n for le, n in exposed["mario_load_response_time_seconds_bucket"].items()}
    rounded = [round(milliseconds) / 1e3 for milliseconds in TIMES]
    assert buckets == {bound: sum(seconds <= bound for seconds in rounded) for bound in buckets}
    assert exposed["mario_load_response_time_seconds_sum"][""] == pytest.approx(sum(TIMES) / 1e3)
