"""A real master and real workers: one record, and what is lost is said."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from analysis import findings, runs
from analysis.run_record import RunRecord
from tests.loadtests.agreement import agree, given_up_on, scraped, sent
from tests.loadtests.conftest import Load

pytestmark = pytest.mark.e2e

PATIENCE = 90.0

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(load: Load) -> Iterator[Start]:
    """Starts masters and workers that are stopped in the end."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(load.start(*arguments))


def master(start: Start, port: int, *arguments: str) -> "subprocess.Popen[str]":
    where = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port))
    return start(*where, "--headless", "--only-summary", *arguments)


def worker(start: Start, port: int) -> "subprocess.Popen[str]":
    return start("--worker", "--master-host", "127.0.0.1", "--master-port", str(port))


def ended(leader: "subprocess.Popen[str]") -> str:
    """Its output; the exit code must be 0."""
    output, _ = leader.communicate(timeout=PATIENCE)
    assert leader.returncode == 0, output
    return output


def latest(load: Load) -> runs.Run:
    assert len([folder for folder in load.runs.iterdir() if not folder.is_symlink()]) == 1
    return runs.load(load.runs / "latest")


def judged(record: RunRecord) -> list[tuple[str, str]]:
    """Code and severity of what is found about workers."""
    return [
        (finding.code, finding.severity.value)
        for finding in findings.of_load(record)
        if finding.code == "worker-lost"
    ]


@pytest.mark.parametrize("model", [("-u", "6", "-r", "6"), ("--rate", "30")], ids=["closed", "open"])
def test_the_master_writes_one_record_that_agrees_with_the_service(
    model: tuple[str, ...], pizzeria: Any, load: Load
) -> None:
    code, output = load.run("-H", pizzeria(), *model, "-t", "5s", "--processes", "2")
    assert code == 0, output
    run = latest(load)
    (target,) = run.record.targets
    assert agree(run, target)
    assert sent(target.in_window)
    assert run.record.warnings == ()
    assert run.record.lost_workers == ()
    first, second = run.record.workers
    assert (first.seeds, second.seeds) == ("1/0", "1/1")
    assert first.users + second.users == run.record.users
    assert first.started + second.started == sum(step.started for step in target.in_window)


def test_in_a_duet_both_sides_get_the_same_from_all_workers(pizzeria: Any, load: Load) -> None:
    code, output = load.run(
        *("-H", pizzeria(), "--duet", pizzeria(), "-u", "4", "-r", "4", "-t", "4s", "--processes", "2")
    )
    assert code == 0, output
    run = latest(load)
    baseline, candidate = run.record.targets
    assert agree(run, baseline)
    assert agree(run, candidate)
    assert sent(baseline.in_window) == sent(candidate.in_window) != {}


def test_the_rate_is_shared_and_latencies_of_all_workers_are_merged(pizzeria: Any, load: Load) -> None:
    load.run("-H", pizzeria(), "--rate", "40", "--arrivals", "constant", "-t", "5s", "--processes", "2")
    record = latest(load).record
    assert record.arrivals is not None
    assert record.arrivals.offered == pytest.approx(40 * record.window.duration, abs=15)
    parts = [each.arrivals.offered for each in record.workers if each.arrivals]
    assert sum(parts) == record.arrivals.offered
    assert parts[0] == pytest.approx(parts[1], abs=3)
    (target,) = record.targets
    assert {each.step: each.count for each in target.latencies} == {
        step.step: sum(step.statuses.values()) for step in target.in_window if step.statuses
    }


def test_the_reference_run_is_exact_whoever_does_what(pizzeria: Any, load: Load) -> None:
    load.run("-H", pizzeria(), "-u", "6", "-r", "6", "--scenario", "reference", "--processes", "3")
    record = latest(load).record
    (target,) = record.targets
    assert sent(target.in_window) == {
        "PlaceOrderCommand": 20,
        "StartCookingCommand": 20,
        "CompleteOrderCommand": 20,
        "GetDeliveryOrdersQuery": 75,
        "GetDeliveryTourQuery": 79,
        "GetActiveOrdersQuery": 2,
    }


def test_a_worker_that_is_killed_in_the_window_makes_the_run_invalid_and_the_others_take_its_share(
    pizzeria: Any, load: Load, start: Start, free_port: int
) -> None:
    leader = master(
        start, free_port, "-H", pizzeria(), "--rate", "30", "--arrivals", "constant", "-t", "14s",
        "--expect-workers", "3",
    )  # fmt: skip
    crew = [worker(start, free_port) for _ in range(3)]
    until_under_way(load)
    time.sleep(2.0)
    os.kill(crew[0].pid, signal.SIGKILL)
    ended(leader)
    record = latest(load).record
    assert len(record.lost_workers) == 1
    assert record.window.start < record.lost_workers[0].at < record.window.end
    assert judged(record) == [("worker-lost", "invalid")]
    assert len(record.workers) == 2
    window = record.window.duration
    parts = [each.arrivals.offered for each in record.workers if each.arrivals]
    assert all(each > 1.15 * 10 * window for each in parts)


def test_a_worker_that_comes_late_takes_part_from_then_on(
    pizzeria: Any, load: Load, start: Start, free_port: int
) -> None:
    leader = master(
        start, free_port, "-H", pizzeria(), "--rate", "30", "--arrivals", "constant", "-t", "18s",
        "--expect-workers", "1",
    )  # fmt: skip
    worker(start, free_port)
    until_under_way(load)
    time.sleep(3.0)
    worker(start, free_port)
    ended(leader)
    run = latest(load)
    (target,) = run.record.targets
    assert run.record.lost_workers == ()
    # Locust moves users to the new worker, and stops those in the middle of a request, too.
    window = run.record.window
    missing = Counter(scraped(run, "candidate", window.start, window.end)) - Counter(sent(target.in_window))
    assert missing.total() <= given_up_on(target.in_window)
    early, late = (each.arrivals.offered for each in run.record.workers if each.arrivals)
    assert early > late > 10
    assert early + late == pytest.approx(30 * run.record.window.duration, abs=15)


def test_ctrl_c_ends_a_run_with_workers_and_keeps_its_record(pizzeria: Any, load: Load) -> None:
    """The terminal sends it to all processes at once."""
    with load.start(
        *("-H", pizzeria(), "-u", "4", "-r", "4", "--headless", "--only-summary", "--processes", "2")
    ) as leader:
        until_under_way(load)
        time.sleep(2.0)
        for pid in (leader.pid, *children(leader.pid)):
            os.kill(pid, signal.SIGINT)
        output, _ = leader.communicate(timeout=PATIENCE)
    run = latest(load)
    (target,) = run.record.targets
    assert run.record.lost_workers == (), output
    assert len(run.record.workers) == 2
    assert agree(run, target)
    assert "Traceback" not in output


def children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True).stdout
    return [int(each) for each in listed.split()]


def until_under_way(load: Load) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if load.runs.exists() and list(load.runs.glob("*/scrapes-candidate.jsonl.gz")):
            return
        time.sleep(0.1)
    pytest.fail("no run began in time")
