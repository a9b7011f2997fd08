"""A load on the real pizzeria, watched by a real Prometheus with the configuration that is deployed."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from mario_perf import runs
from mario_perf.baselines import stored_baselines
from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready
from mario_perf.configuration import policy_file
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from tests.system import pizzerias

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
PROMETHEUS = ROOT / "deploy/prometheus"
VERDICTS = "verdicts.prom"
HOUR = 3600
PATIENCE = 60.0


@dataclass(frozen=True)
class Watched:
    """A Prometheus, since when it watches a load, and the load's own record."""

    url: str
    started: float
    record: Path

    def values(self, expression: str) -> list[float]:
        """Every value of every series since it watches."""
        asked = {"query": expression, "start": self.started, "end": time.time(), "step": 2.0}
        answer = httpx.post(f"{self.url}/api/v1/query_range", data=asked, timeout=30).json()
        assert answer["status"] == "success", f"{expression}: {answer.get('error')}"
        series = answer["data"]["result"]
        return [float(value) for one in series for _, value in one["values"] if value != "NaN"]

    def labels(self, selector: str, label: str) -> set[str]:
        """The values of a label among the series of a selector."""
        answer = httpx.get(f"{self.url}/api/v1/series", params={"match[]": selector}, timeout=30).json()
        return {series[label] for series in answer["data"]}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """After a load of 5 s, a gate on it, and with a history of three days."""
    folder = tmp_path_factory.mktemp("watched")
    exporter = free_port()
    with pizzerias.started() as pizzeria:
        service = httpx.URL(pizzeria.url).port
        assert service
        with served(folder) as verdicts:
            _backfill(folder, f"127.0.0.1:{service}")
            with _prometheus(folder, {"pizzeria": service, "load": exporter, "verdicts": verdicts}) as url:
                watched = Watched(url, time.time(), folder / "runs/load/run.json")
                _wait_for(watched, 'up{job="pizzeria"} == 1')
                _load(folder, service, exporter)
                _judge(folder)
                _wait_for(watched, "mario_perf_operation_verdict")
                yield watched


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The port at which the files of a folder are served, as the textfile collector serves its own."""
    handler = functools.partial(_Verdicts, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


class _Verdicts(SimpleHTTPRequestHandler):
    def translate_path(self, _: str) -> str:
        """Whatever is asked for."""
        return str(Path(self.directory) / VERDICTS)

    def guess_type(self, _: Any) -> str:
        """What Prometheus expects."""
        return "text/plain"

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def _prometheus(folder: Path, ports: dict[str, int]) -> Iterator[str]:
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(yaml.safe_dump(_configuration(ports)), encoding="utf-8")
    command = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with start_process("Prometheus", command, folder / "prometheus.log") as child:
        wait_until_ready(child, f"http://127.0.0.1:{port}/-/ready", PATIENCE)
        yield f"http://127.0.0.1:{port}"


def _configuration(ports: dict[str, int]) -> dict[str, Any]:
    """The one that is deployed, for these ports of this machine and once a second."""
    config: dict[str, Any] = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"] = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), "1s")
    config["rule_files"] = [str(PROMETHEUS / pattern) for pattern in config["rule_files"]]
    for job in config["scrape_configs"]:
        job.pop("scrape_interval", None)
        job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[job['job_name']]}"]}]
    return config


def _backfill(folder: Path, instance: str) -> None:
    """Three days until yesterday: a query that is still used, and one that no longer is."""
    now = int(time.time())
    lines = ["# TYPE cqrs_executions counter"]
    for name, hours_ago in (("GetMenuQuery", 23), ("GetYesterdaysMenuQuery", 25)):
        labels = f'job="pizzeria",instance="{instance}",operation="query",type="{name}"'
        moments = range(now - 72 * HOUR, now - hours_ago * HOUR, 300)
        lines += [f"cqrs_executions_total{{{labels}}} {60 * i} {at}" for i, at in enumerate(moments)]
    text = folder / "history.txt"
    text.write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


def _load(folder: Path, service: int, exporter: int) -> None:
    files = f"{ROOT}/loadtests/mario.py,{ROOT}/deploy/load/exporter.py"
    options = (
        f"--headless --users 8 --spawn-rate 8 --run-time 5s --warm-up 1 --host http://127.0.0.1:{service}"
    )
    own = f"--exporter-port {exporter} --run-id load"
    _run(folder, "locust", "-f", files, *options.split(), *own.split())


def _judge(folder: Path) -> None:
    """The run by a baseline that is made of itself, however busy the machine was."""
    run = runs.load(folder / "runs/load")
    baseline = measure_run(run, Source(ScrapeSource(run.directory, policy_file.load(None).metrics))).candidate
    stored_baselines.save(baseline, folder / stored_baselines.ROOT)
    _run(folder, "analysis.compare", "--run", "runs/load", "--baseline", "--output", VERDICTS)


def _run(folder: Path, module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode in {0, 4}, done.stdout + done.stderr


def _wait_for(watched: Watched, expression: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not watched.values(expression):
        assert time.monotonic() < deadline, f"{expression} never appeared"
        time.sleep(0.1)
