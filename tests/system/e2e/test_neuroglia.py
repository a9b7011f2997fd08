"""Mario's load on a pizzeria that behaves as the one on Neuroglia does."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready
from mario_perf.configuration import policy_file
from tests.system.e2e.conftest import READY, ROOT, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.system.e2e.neuroglia_pizzeria", str(port)]
    log = tmp_path_factory.mktemp("neuroglia") / "pizzeria.log"
    with start_process("pizzeria", command, log, cwd=ROOT) as child:
        at = f"http://127.0.0.1:{port}"
        wait_until_ready(child, f"{at}/ready", READY)
        yield at


def report(url: str, cwd: Path, *options: str) -> dict[str, Any]:
    """Of a short run of one user: long enough for some ten orders, had each to be delivered or to end."""
    load = ("--headless", "-u", "1", "-t", "5s", "--warm-up", "1", "--quiet", "0.3", "--think", "0.01:0.02")
    done = run("locust", "-f", str(ROOT / "loadtests" / "mario.py"), *load, "-H", url, *options, cwd=cwd)
    assert done.returncode == 0, done.stderr
    run("analysis.compare", cwd=cwd)
    read: dict[str, Any] = json.loads((cwd / "runs" / "latest" / "report.json").read_text())
    return read


def started(told: dict[str, Any], step: str) -> int:
    steps = told["runs"][0]["targets"][0]["whole_run"]
    return next((each["started"] for each in steps if each["step"] == step), 0)


def test_the_stock_scenario_goes_on_ordering_and_says_what_is_otherwise(url: str, tmp_path: Path) -> None:
    told = report(url, tmp_path)
    assert started(told, "place order") > 6  # at most 3 are active: those that are refused have ended
    assert all(row["client_whole"] <= row["server_whole"] for row in told["reconciliation"])
    codes = {each["code"]: each for each in told["findings"]}
    assert "counts-disagree" not in codes
    said = codes["steps-reassigned"]["message"]
    assert '"ready orders" = "GetOrdersByStatusQuery"' in said
    assert '"delivered" = []' in said


def test_init_writes_what_steps_trigger_by_a_round_of_the_locustfile(url: str, tmp_path: Path) -> None:
    locustfile = str(ROOT / "loadtests" / "mario.py")
    done = run("mario_perf", "init", f"{url}/metrics", "--locustfile", locustfile, "--play", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ready orders triggers GetOrdersByStatusQuery, not GetDeliveryOrdersQuery" in done.stdout
    operations = policy_file.load(tmp_path / "perf.toml").load.operations
    assert operations == {"ready orders": ("GetOrdersByStatusQuery",), "delivered": ()}


def test_the_scenario_for_it_agrees_to_the_unit_and_nothing_is_refused(url: str, tmp_path: Path) -> None:
    told = report(url, tmp_path, "--scenario", "neuroglia")
    assert started(told, "place order") > 6
    assert started(told, "look at tour") == started(told, "delivered") == 0
    assert told["reconciliation"]
    assert all(row["client_whole"] == row["server_whole"] for row in told["reconciliation"])
    codes = {each["code"] for each in told["findings"]}
    assert not codes & {"counts-disagree", "steps-reassigned"}
