"""Real Locust against the real pizzeria: what the record says is what the service counted."""

import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from mario_perf.run_record import PlanCounts
from mario_perf.runs import Run
from mario_perf.sources.scrapes import scrapes
from tests.system import pizzerias
from tests.system.load.agreement import agree, scraped, sent
from tests.system.load.conftest import ROOT, Load

pytestmark = pytest.mark.e2e

OPERATIONS = {
    "GetMenuQuery", "PlaceOrderCommand", "GetOrderByIdQuery", "GetKitchenStatusQuery",
    "GetOrdersByStatusQuery", "StartCookingCommand", "CompleteOrderCommand",
    "GetDeliveryOrdersQuery", "GetActiveOrdersQuery", "AssignOrderToDeliveryCommand",
    "GetDeliveryTourQuery", "UpdateOrderStatusCommand",
}  # fmt: skip


def wait_for(condition: Callable[[], Any]) -> Any:
    for _ in range(400):
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def played(load: Load, *words: str) -> Run:
    """A run without web UI, to its end."""
    code, output = load.run(*words)
    assert code == 0, output
    return load.latest


@pytest.fixture(scope="module")
def duet(mario: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A closed model on two pizzerias that nothing disturbs."""
    with pizzerias.started() as baseline:
        words = ("-H", mario, "--duet", baseline.url, "-u", "4", "-r", "4", "-t", "4s", "--revision", "abc")
        return played(Load(tmp_path_factory.mktemp("duet")), *words)


def test_client_and_both_services_agree_exactly_on_every_operation(duet: Run) -> None:
    for target in duet.record.targets:
        assert agree(duet, target)
        assert {step.operation for step in target.in_window} == OPERATIONS
        assert {latency.step: latency.count for latency in target.latencies} == {
            step.step: sum(step.statuses.values()) for step in target.in_window
        }


def test_both_sides_of_a_duet_get_the_same_work(duet: Run) -> None:
    baseline, candidate = duet.record.targets
    assert (baseline.side, candidate.side) == ("baseline", "candidate")
    assert sent(baseline.in_window) == sent(candidate.in_window) != {}


def test_a_record_says_what_was_played(duet: Run) -> None:
    record = duet.record
    assert record.warnings == ()
    assert (record.targets[1].revision, record.users) == ("abc", 4)
    assert record.whole_run.start < record.window.start < record.window.end
    started = sum(step.started for target in record.targets for step in target.in_window)
    assert record.rates.achieved == pytest.approx(started / record.window.duration)


def test_a_closed_model_has_neither_arrivals_nor_intended_starts(duet: Run) -> None:
    assert (duet.record.model, duet.record.arrivals, duet.record.rates.unit) == ("closed", None, "requests")
    assert all(target.latencies and not target.latencies_from_intended for target in duet.record.targets)


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every look at a tour fails, and the kitchen has one stove for twelve users."""
    with pizzerias.started("--kitchen-capacity", "1", "--fail", "GetDeliveryTourQuery=1") as service:
        crowd = ("-H", service.url, "-u", "12", "-r", "12", "-t", "3s", "--think", "0")
        return played(Load(tmp_path_factory.mktemp("refusing")), *crowd)


def test_failures_of_the_service_are_counted_and_do_not_fail_the_run(refusing: Run) -> None:
    (target,) = refusing.record.targets
    tour = next(step for step in target.whole_run if step.step == "look at tour")
    assert tour.failed == tour.reached == tour.started > 0
    assert agree(refusing, target)


def test_a_kitchen_at_capacity_is_not_a_failure(refusing: Run) -> None:
    cooking = next(step for step in refusing.record.targets[0].whole_run if step.step == "start cooking")
    assert cooking.business == cooking.statuses["400"] > 0
    assert cooking.failed == 0


def test_a_run_that_is_told_to_end_is_recorded_exactly(mario: str, load: Load) -> None:
    """By SIGTERM; SIGINT ends the distributed runs and that of the gate."""
    with load.start("--headless", "-H", mario, "-u", "4", "-r", "4", "--run-id", "mine") as locust:
        output = _until(locust, "The window opens")
        time.sleep(0.5)
        locust.send_signal(signal.SIGTERM)
        output += locust.communicate(timeout=30)[0]
    run = load.latest
    assert locust.returncode == 0, output
    assert "Traceback" not in output
    assert run.record.window.duration > 0
    assert agree(run, run.record.targets[0])
    assert sum(step.abandoned for step in run.record.targets[0].whole_run) == 0


@pytest.fixture(scope="module")
def brief(mario: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, str]:
    """A run that ends in its warm-up, with secrets on its command line; and what it said."""
    load, url = Load(tmp_path_factory.mktemp("brief")), mario.replace("//", "//mario:hunter2@")
    words = ("-H", url, "-u", "2", "-r", "2", "-t", "1s", "--warm-up", "30")
    code, output = load.run(*words, "--metrics-path", "/metrics?token=hunter2")
    assert code == 0, output
    return load.latest, output


def test_a_run_that_ends_in_its_warm_up_is_recorded_with_an_empty_window(brief: tuple[Run, str]) -> None:
    record = brief[0].record
    assert record.window.duration == 0
    assert record.targets[0].in_window == ()
    assert sent(record.targets[0].whole_run)
    assert any("--warm-up" in warning for warning in record.warnings)


def test_secrets_on_the_command_line_are_neither_recorded_nor_logged(brief: tuple[Run, str]) -> None:
    run, output = brief
    assert "/metrics?token=***" in run.record.targets[0].metrics_url
    assert "hunter2" not in output
    assert "hunter2" not in (run.directory / "run.json").read_text()
    assert run.record.command[:2] == ("locust", "-f")


def test_requests_without_a_response_are_recorded_as_abandoned(pizzeria: Any, load: Load) -> None:
    """Without a menu nothing is ordered, so that none of what was planned is made: invalid."""
    service, plan = pizzeria("--delay", "GetMenuQuery=30s"), ("--scenario", "reference")
    record = played(
        load, "-H", service, "-u", "6", "-r", "6", "-t", "2s", "--stop-timeout", "1", *plan
    ).record
    assert record.plan == PlanCounts(journeys=176, finished=0)
    (menu,) = (step for step in record.targets[0].whole_run if step.operation == "GetMenuQuery")
    assert menu.started == menu.abandoned > 0
    assert menu.reached == 0
    assert any("some requests took more than" in warning for warning in record.warnings)


def test_a_full_disk_ends_scrapes_but_not_the_run(mario: str, load: Load) -> None:
    """It is full until the window is open: files cannot grow. The run ends with its shape, by itself."""
    shape = load.folder / "short.toml"
    shape.write_text("short = [{ seconds = 2, level = 1 }]\n")
    model = ("--rate", "20", "--shapes", str(shape), "--shape", "short", "--run-id", "mine")
    scrapes = load.runs / "mine" / "scrapes-candidate.jsonl.gz"
    with load.start("--headless", "--reference", "off", "-H", mario, *model) as locust:
        too_late = Timer(30, locust.kill)
        too_late.start()
        wait_for(lambda: scrapes.exists() and scrapes.stat().st_size)
        resource.prlimit(locust.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        said = _until(locust, "The window opens")
        resource.prlimit(locust.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        said += locust.communicate(timeout=30)[0]
        too_late.cancel()
    assert locust.returncode == 0, said
    assert "Traceback" not in said
    assert said.count(f"no more scrapes are kept: {scrapes} cannot be written (File too large)") == 1
    assert [warning.partition("could not be scraped ")[2] for warning in load.record["warnings"]] == [
        f"{where}: {scrapes} cannot be written (File too large)"
        for where in ("before the window", "at the end")
    ]
    assert load.record["targets"][0]["in_window"]


def test_a_scrape_in_progress_at_an_edge_counts_on_neither_side(stub: Any, load: Load) -> None:
    """The metrics take 0.5 s: one is always under way, and more than half done when the window opens.

    One side reads them at once and sends them late, the other reads them late.
    """
    early, late = stub(2, "--slow-metrics").urls
    times = ("--scrape-interval", "0.35", "--quiet", "0.35", "--window", "1", "-t", "30s")
    run = played(load, "-H", late, "--duet", early, "-u", "4", "-r", "4", *times)
    whole, window = run.record.whole_run, run.record.window
    for target in run.record.targets:
        for span, steps in ((whole, target.whole_run), (window, target.in_window)):
            counted = scraped(run, target.side, span.start, span.end)
            assert sum(sent(steps).values()) == sum(counted.values()) > 0


def _until(locust: subprocess.Popen[str], words: str) -> str:
    """What it says until it says that, or has ended."""
    assert locust.stdout is not None
    said = ""
    while words not in said and (line := locust.stdout.readline()):
        said += line
    return said


STEPPED = """
import os, sys, time
from importlib import import_module
import gevent
from locust import events

real, step = time.time, [0.0]
time.time = lambda: real() + step[0]

@events.test_start.add_listener
def set_clock(**_):
    gevent.spawn_later(2.0, lambda: step.__setitem__(0, float(os.environ["CLOCK_STEP"])))

sys.path.append(os.environ["LOADTESTS"])
globals().update(vars(import_module("mario")))
"""
"""Mario's load test on a machine whose clock is set in the middle of the run."""


@pytest.mark.parametrize("step", ["3600", "-3600"])
def test_a_clock_that_is_set_during_the_run_moves_nothing(
    mario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("CLOCK_STEP", step)
    monkeypatch.setenv("LOADTESTS", str(ROOT / "loadtests"))
    (tmp_path / "stepped.py").write_text(STEPPED)
    run = played(
        Load(tmp_path, tmp_path / "stepped.py"),
        "-H",
        mario,
        "-u",
        "2",
        "-r",
        "2",
        "-t",
        "4s",
        "--scenario",
        "mario",
    )
    times = [float(str(each["time"])) for each in scrapes(run.directory / "scrapes-candidate.jsonl.gz")]
    assert times == sorted(times)
    assert times[0] < run.record.whole_run.start < run.record.window.end < times[-1] < times[0] + 3000
    assert agree(run, run.record.targets[0])
