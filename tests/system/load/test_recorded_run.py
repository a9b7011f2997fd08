"""Real Locust against the real pizzeria: what the record says is what the service counted."""

import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest

from mario_perf import runs
from mario_perf.run_record import PlanCounts
from tests.system.load.agreement import agree, scraped, sent

pytestmark = pytest.mark.e2e

OPERATIONS = {
    "GetMenuQuery", "PlaceOrderCommand", "GetOrderByIdQuery", "GetKitchenStatusQuery",
    "GetOrdersByStatusQuery", "StartCookingCommand", "CompleteOrderCommand",
    "GetDeliveryOrdersQuery", "GetActiveOrdersQuery", "AssignOrderToDeliveryCommand",
    "GetDeliveryTourQuery", "UpdateOrderStatusCommand",
}  # fmt: skip


def recorded(folder: Path) -> list[runs.Run]:
    return [runs.load(run) for run in sorted(folder.iterdir()) if run.is_dir() and not run.is_symlink()]


def wait_for(condition: Callable[[], Any]) -> Any:
    for _ in range(400):
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def test_client_and_service_agree_exactly_on_every_operation(pizzeria: Any, load: Any) -> None:
    code, output = load.run("-H", pizzeria(), "-u", "8", "-r", "8", "-t", "5s", "--revision", "abc")
    run = runs.load(load.runs / "latest")
    (target,) = run.record.targets
    assert code == 0, output
    assert agree(run, target)
    assert {step.operation for step in target.in_window} == OPERATIONS
    assert run.record.warnings == ()
    assert (target.side, target.revision, run.record.users) == ("candidate", "abc", 8)
    assert {latency.step: latency.count for latency in target.latencies} == {
        step.step: sum(step.statuses.values()) for step in target.in_window
    }
    assert run.record.whole_run.start < run.record.window.start < run.record.window.end
    assert run.record.rates.achieved == pytest.approx(
        sum(step.started for step in target.in_window) / run.record.window.duration
    )


def test_both_sides_of_a_duet_agree_with_their_counts_and_get_the_same_work(pizzeria: Any, load: Any) -> None:
    code, output = load.run("-H", pizzeria(), "--duet", pizzeria(), "-u", "4", "-r", "4", "-t", "4s")
    run = runs.load(load.runs / "latest")
    baseline, candidate = run.record.targets
    assert code == 0, output
    assert (baseline.side, candidate.side) == ("baseline", "candidate")
    assert agree(run, baseline)
    assert agree(run, candidate)
    assert sent(baseline.in_window) == sent(candidate.in_window) != {}


def test_failures_of_the_service_are_counted_and_do_not_fail_the_run(pizzeria: Any, load: Any) -> None:
    service = pizzeria("--fail", "GetMenuQuery=1")
    code, output = load.run("-H", service, "-u", "2", "-r", "2", "-t", "2s")
    run = runs.load(load.runs / "latest")
    menu = next(step for step in run.record.targets[0].whole_run if step.step == "read menu")
    assert code == 0, output
    assert menu.failed == menu.reached == menu.started > 0
    assert agree(run, run.record.targets[0])


def test_a_kitchen_at_capacity_is_not_a_failure(pizzeria: Any, load: Any) -> None:
    service = pizzeria("--kitchen-capacity", "1")
    load.run("-H", service, "-u", "12", "-r", "12", "-t", "3s", "--think", "0")
    run = runs.load(load.runs / "latest")
    cooking = next(step for step in run.record.targets[0].whole_run if step.step == "start cooking")
    assert cooking.business == cooking.statuses.get("400", 0)
    assert cooking.failed == 0
    assert agree(run, run.record.targets[0])


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_recorded_exactly(pizzeria: Any, load: Any, stop: signal.Signals) -> None:
    with load.start("--headless", "-H", pizzeria(), "-u", "4", "-r", "4", "--run-id", "mine") as locust:
        output = _until(locust, "The window opens")
        time.sleep(0.5)
        locust.send_signal(stop)
        output += locust.communicate(timeout=30)[0]
    run = runs.load(load.runs / "mine")
    assert locust.returncode == 0, output
    assert "Traceback" not in output
    assert run.record.window.duration > 0
    assert agree(run, run.record.targets[0])
    assert sum(step.abandoned for step in run.record.targets[0].whole_run) == 0


def test_a_run_that_ends_in_its_warm_up_is_recorded_with_an_empty_window(pizzeria: Any, load: Any) -> None:
    code, _ = load.run("-H", pizzeria(), "-u", "2", "-r", "2", "-t", "1s", "--warm-up", "30")
    run = runs.load(load.runs / "latest")
    assert code == 0
    assert run.record.window.duration == 0
    assert run.record.targets[0].in_window == ()
    assert sent(run.record.targets[0].whole_run)
    assert any("--warm-up" in warning for warning in run.record.warnings)


def test_requests_without_a_response_are_recorded_as_abandoned(pizzeria: Any, load: Any) -> None:
    """Without a menu nothing is ordered, so that none of what was planned is made: invalid."""
    service, plan = pizzeria("--delay", "GetMenuQuery=30s"), ("--scenario", "reference")
    code, output = load.run("-H", service, "-u", "6", "-r", "6", "-t", "3s", "--stop-timeout", "1", *plan)
    record = runs.load(load.runs / "latest").record
    assert record.plan == PlanCounts(journeys=176, finished=0)
    (menu,) = (step for step in record.targets[0].whole_run if step.operation == "GetMenuQuery")
    assert code == 0, output
    assert menu.started == menu.abandoned > 0
    assert menu.reached == 0
    assert any("some requests took more than" in warning for warning in record.warnings)


def test_the_web_ui_starts_and_stops_several_runs(pizzeria: Any, load: Any, free_port: int) -> None:
    service, ui = pizzeria(), f"http://127.0.0.1:{free_port}"
    with load.start("-H", service, "--web-host", "127.0.0.1", "--web-port", str(free_port)) as locust:
        wait_for(lambda: _answers(ui))
        for _ in range(2):
            httpx.post(f"{ui}/swarm", data={"user_count": "2", "spawn_rate": "2"}, timeout=30)
            time.sleep(2)
            httpx.post(f"{ui}/stop", timeout=30)
        _interrupt(locust)
    both = recorded(load.runs)
    assert len(both) == 2
    for run in both:
        assert agree(run, run.record.targets[0])
        assert run.record.window.duration > 0


def test_a_service_that_cannot_be_reached_is_one_line_and_exit_code_2(load: Any, free_port: int) -> None:
    code, output = load.run("-H", f"http://127.0.0.1:{free_port}", "-t", "2s")
    errors = [line for line in output.splitlines() if "/ERROR/" in line]
    assert code == 2
    assert len(errors) == 1
    assert f"http://127.0.0.1:{free_port} cannot be reached" in errors[0]
    assert "Traceback" not in output
    assert not load.runs.exists()


@pytest.mark.parametrize("url", ["http://a..b", "ftp://127.0.0.1"])
def test_a_wrong_url_is_one_line_and_exit_code_2(load: Any, url: str) -> None:
    code, output = load.run("-H", url, "-t", "2s")
    assert code == 2
    assert f"{url} cannot be reached" in output
    assert "Traceback" not in output


def test_a_self_signed_certificate_needs_ca_and_then_all_connections_trust_it(
    stub: Any, load: Any, self_signed: Path
) -> None:
    """Before the run, for scrapes, and by users."""
    (url,) = stub(1, "--metrics-early", "--tls", str(self_signed)).urls
    code, output = load.run("-H", url, "-t", "2s")
    assert code == 2
    assert "give --ca FILE with the authority that signed its certificate, or --insecure" in output
    code, output = load.run("-H", url, "-u", "2", "-r", "2", "-t", "3s", "--ca", str(self_signed))
    (target,) = runs.load(load.runs / "latest").record.targets
    assert code == 0, output
    assert load.record["scrape_interval"] is not None
    assert sent(target.in_window)
    assert sum(step.abandoned for step in target.whole_run) == 0


def test_a_folder_that_cannot_hold_runs_is_one_line_and_exit_code_2(stub: Any, load: Any) -> None:
    load.runs.write_text("a file, where the folder should be")
    code, output = load.run("-H", stub(1).urls[0], "-t", "2s")
    assert code == 2
    assert "--runs-dir" in output
    assert "Traceback" not in output


def test_a_service_without_metrics_is_recorded_without_scrapes(stub: Any, load: Any) -> None:
    code, _ = load.run("-H", stub(1).urls[0], "-u", "2", "-r", "2", "-t", "2s")
    assert code == 0
    assert load.record["scrape_interval"] is None
    assert any("--metrics-path" in warning for warning in load.record["warnings"])
    assert [path.name for path in (load.runs / "latest").iterdir()] == ["run.json"]


def test_a_full_disk_ends_scrapes_but_not_the_run(pizzeria: Any, load: Any) -> None:
    """It is full until the window is open: files cannot grow. The run ends with its shape, by itself."""
    shape = load.folder / "short.toml"
    shape.write_text("short = [{ seconds = 3, level = 1 }]\n")
    model = ("--rate", "20", "--shapes", str(shape), "--shape", "short", "--run-id", "mine")
    scrapes = load.runs / "mine" / "scrapes-candidate.jsonl.gz"
    with load.start("--headless", "--only-summary", "-H", pizzeria(), *model) as locust:
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


@pytest.mark.parametrize("moment", ["--metrics-early", "--metrics-late"])
def test_a_scrape_in_progress_at_an_edge_counts_on_neither_side(stub: Any, load: Any, moment: str) -> None:
    """The metrics take 0.5 s: one is always under way, and more than half done when the window opens."""
    always, pause = ("--scrape-interval", "0.35"), ("--quiet", "0.35")
    load.run("-H", stub(1, moment).urls[0], "-u", "4", "-r", "4", "-t", "4s", *always, *pause)
    run = runs.load(load.runs / "latest")
    (target,) = run.record.targets
    whole, window = run.record.whole_run, run.record.window
    for span, steps in ((whole, target.whole_run), (window, target.in_window)):
        counted = scraped(run, target.side, span.start, span.end)
        assert sum(sent(steps).values()) == sum(counted.values()) > 0


def test_secrets_on_the_command_line_are_neither_recorded_nor_logged(stub: Any, load: Any) -> None:
    url = stub(1).urls[0].replace("//", "//mario:hunter2@")
    code, output = load.run("-H", url, "-t", "1s", "--metrics-path", "/metrics?token=hunter2")
    assert code == 0
    assert "/metrics?token=***" in output
    assert "hunter2" not in output
    assert "hunter2" not in (Path(load.runs) / "latest" / "run.json").read_text()
    assert load.record["command"][:2] == ["locust", "-f"]


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def _until(locust: subprocess.Popen[str], words: str) -> str:
    """What it says until it says that, or has ended."""
    assert locust.stdout is not None
    said = ""
    while words not in said and (line := locust.stdout.readline()):
        said += line
    return said


def _interrupt(locust: subprocess.Popen[str]) -> None:
    locust.send_signal(signal.SIGINT)
    locust.communicate(timeout=30)
    assert locust.returncode == 0
