"""Plain Locust, a real Prometheus, and the comparison: no other command of ours running."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf import runs
from mario_perf.configuration import policy_file
from mario_perf.gate.prometheus_server import start_server
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.connection import Connection
from mario_perf.sources.prometheus_source import PrometheusSource
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from mario_perf.statistics.quantiles import quantile
from tests.system.e2e.conftest import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.model import RunMeasurement

pytestmark = [pytest.mark.e2e, pytest.mark.prometheus]

CODES = {"pass": 0, "regressed": 3, "inconclusive": 4, "invalid": 4}


def locust(url: str, cwd: Path) -> None:
    load = ("--headless", "-u", "20", "-r", "20", "-t", "4s", "--warm-up", "1", "-H", url)
    done = run("locust", "-f", str(ROOT / "loadtests" / "mario.py"), *load, cwd=cwd)
    assert done.returncode == 0, done.stderr


def test_a_run_is_judged_against_a_saved_one_through_prometheus(
    tmp_path: Path, pizzeria: Callable[..., str]
) -> None:
    service = pizzeria()
    port = int(service.rpartition(":")[2])
    with start_server("/metrics", tmp_path / "prometheus.log") as server:
        server.scrape([port])
        prometheus = server.url
        locust(service, tmp_path)
        reference = runs.load(tmp_path / "runs" / "latest").record.reference
        assert reference is not None
        assert (tmp_path / "runs" / "latest" / "scrapes-reference.jsonl.gz").exists()
        saved = run("mario_perf", "baseline", "save", cwd=tmp_path)
        assert saved.returncode == 0, saved.stderr
        locust(service, tmp_path)
        compared = run("analysis.compare", "--baseline", "--prometheus", prometheus, cwd=tmp_path)
        both = _both_sources(tmp_path, prometheus)
    assert (tmp_path / "runs" / "latest" / "report.html").exists()
    report = json.loads((tmp_path / "runs" / "latest" / "report.json").read_text())
    assert compared.returncode == CODES[report["outcome"]], compared.stdout + compared.stderr
    assert report["reconciliation"]
    for row in report["reconciliation"]:
        assert row["client_whole"] == row["server_whole"]
        assert row["client_window"] == row["server_window"]
    _assert_same(*both)


def _both_sources(folder: Path, prometheus: str) -> tuple[RunMeasurement, RunMeasurement]:
    run_ = runs.load(folder / "runs" / "latest")
    metrics = policy_file.load(None).metrics
    scraped = measure_run(run_, Source(ScrapeSource(run_.directory, metrics))).candidate
    queried = measure_run(run_, Source(PrometheusSource(Connection(prometheus), metrics))).candidate
    return scraped, queried


def _assert_same(scraped: RunMeasurement, queried: RunMeasurement) -> None:
    """Counts exactly, and so the quantiles."""
    assert scraped.measurements.keys() == queried.measurements.keys()
    for name, one in scraped.measurements.items():
        other = queried.measurements[name]
        np.testing.assert_array_equal(one.histogram, other.histogram)
        assert one.executions == other.executions
        if one.executions:
            assert one.time_spent == pytest.approx(other.time_spent)
            assert quantile(one.histogram, scraped.bounds, 0.95) == quantile(
                other.histogram, queried.bounds, 0.95
            )
