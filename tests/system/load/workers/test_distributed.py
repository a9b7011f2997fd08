"""A real master and real workers: one record, and what is lost is said."""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mario_perf import runs
from mario_perf.run_record import PlanCounts, RunRecord
from mario_perf.validity import run_checks
from tests.system.load.agreement import agree, given_up_on, scraped, sent
from tests.system.load.conftest import Load, process

pytestmark = pytest.mark.e2e

PATIENCE = 90.0
EVEN = ("--rate", "30", "--arrivals", "constant")

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(load: Load) -> Iterator[Start]:
    """Starts masters and workers that are stopped in the end."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(load.start(*arguments))


def master(start: Start, load: Load, port: int, *arguments: str) -> "subprocess.Popen[str]":
    where = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port))
    return start(*where, *logged(load), "--headless", "--only-summary", *arguments)


def logged(load: Load) -> tuple[str, str]:
    """The option, with which :func:`said` can be read."""
    return "--logfile", str(load.folder / "locust.log")


def said(load: Load) -> str:
    """What the master has said so far."""
    path = load.folder / "locust.log"
    return path.read_text() if path.exists() else ""


def worker(start: Start, port: int) -> "subprocess.Popen[str]":
    return start(*worker_of(port))


def worker_of(port: int) -> tuple[str, ...]:
    return "--worker", "--master-host", "127.0.0.1", "--master-port", str(port)


def ended(leader: "subprocess.Popen[str]") -> None:
    """It is stopped, and its exit code 0."""
    leader.send_signal(signal.SIGINT)
    output, _ = leader.communicate(timeout=PATIENCE)
    assert leader.returncode == 0, output


def latest(load: Load) -> runs.Run:
    assert len([folder for folder in load.runs.iterdir() if folder.is_dir() and not folder.is_symlink()]) == 1
    return runs.load(load.runs / "latest")


def judged(record: RunRecord) -> list[tuple[str, str]]:
    """Code and severity of what is found about workers."""
    return [
        (finding.code, finding.severity.value)
        for finding in run_checks.check_load(record)
        if finding.code == "worker-lost"
    ]


def test_a_duet_with_workers_that_ctrl_c_ends_is_one_record_that_agrees_with_both_services(
    mario: str, pizzeria: Any, load: Load
) -> None:
    """The terminal sends it to all processes at once."""
    with load.start(
        *("-H", mario, "--duet", pizzeria(), *logged(load), "-u", "4", "-r", "4"),
        *("--headless", "--only-summary", "--processes", "2"),
    ) as leader:
        until(lambda: "The window opens" in said(load))
        time.sleep(1.0)
        for pid in (leader.pid, *children(leader.pid)):
            os.kill(pid, signal.SIGINT)
        output, _ = leader.communicate(timeout=PATIENCE)
    run = latest(load)
    baseline, candidate = run.record.targets
    assert agree(run, baseline)
    assert agree(run, candidate)
    assert sent(baseline.in_window) == sent(candidate.in_window) != {}
    assert (run.record.warnings, run.record.lost_workers) == ((), ()), output
    assert "Traceback" not in output
    first, second = run.record.workers
    assert (first.seeds, second.seeds) == ("1/0", "1/1")
    assert first.users + second.users == run.record.users == 4
    started = sum(step.started for target in run.record.targets for step in target.in_window)
    assert first.started + second.started == started


def test_the_reference_run_is_exact_with_more_workers_than_users(mario: str, load: Load) -> None:
    """More workers than users, and than stoves; Locust was told of none that it should expect."""
    load.run("-H", mario, "-u", "3", "-r", "3", "--scenario", "reference", "--processes", "5")
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
    assert not any(step.failed or step.business for step in target.in_window)
    assert record.plan == PlanCounts(journeys=176, finished=176)
    assert len(record.workers) == 5


def test_killed_and_frozen_workers_make_the_run_invalid_and_others_take_their_share(
    mario: str, load: Load, start: Start, free_port: int
) -> None:
    """A frozen one fails its heartbeat, and is stopped when it wakes.

    Locust takes it back afterwards, but nobody knows what it did meanwhile.
    """
    leader = master(start, load, free_port, "-H", mario, *EVEN, "--expect-workers", "3")
    killed, frozen, _ = (worker(start, free_port) for _ in range(3))
    until(lambda: "The window opens" in said(load))
    os.kill(killed.pid, signal.SIGKILL)
    frozen.send_signal(signal.SIGSTOP)
    until(lambda: shared_by(load)[-1] == 1)
    frozen.send_signal(signal.SIGCONT)
    until(lambda: "self-healed" in said(load))
    time.sleep(2.0)
    ended(leader)
    record = latest(load).record
    window = record.window
    assert all(window.start < lost.at < window.end for lost in record.lost_workers)
    assert judged(record) == [("worker-lost", "invalid")] * 2
    assert shared_by(load)[-1] == 1
    (left,) = (each.arrivals for each in record.workers)
    assert left is not None
    assert left.offered > 10 * window.duration + 10  # its own share would have been 10 a second


GUESTS = """
import os
from pathlib import Path

from locust import task

from mario_perf.load.locust_plugin import MeasuredUser, Step

LOOK = Step("look", "GetMenuQuery", "GET")


class Guest(MeasuredUser):
    def get_ready(self):
        with Path(__file__).with_name("came").open("a") as came:
            came.write(f"{os.getpid()}\\n")

    @task
    def look(self):
        self.session.step(LOOK, "/api/menu/")
        self.think()
"""
GROWING = (*EVEN, "-u", "2", "--max-users", "9", "--think", "0.5")
"""Fewer than the half of what arrives finds somebody free."""


def guests(load: Load) -> tuple[str, str]:
    """The option that has users sent who write down in which process they are."""
    path = load.folder / "guests.py"
    path.write_text(GUESTS)
    return "-f", str(path)


def came(load: Load) -> Counter[int]:
    """Users who got ready, by process."""
    path = load.folder / "came"
    return Counter(map(int, path.read_text().split())) if path.exists() else Counter()


def test_workers_share_the_rate_and_the_limit_of_users_and_their_counts_are_merged(
    mario: str, load: Load
) -> None:
    """By a shape of which only the master knows the file's content; the window opens before its load."""
    path = load.folder / "mine.toml"
    path.write_text("late = [{ seconds = 1, level = 0 }, { seconds = 3, level = 1 }]\n")
    shape = ("--shapes", str(path), "--shape", "late", "--warm-up", "0")
    code, output = load.run("-H", mario, *guests(load), *GROWING, *shape, "--processes", "2")
    assert code == 0, output
    run = latest(load)
    (target,) = run.record.targets
    assert agree(run, target)
    assert (run.record.warnings, run.record.lost_workers) == ((), ())
    whole = run.record.arrivals
    first, second = (each.arrivals for each in run.record.workers if each.arrivals)
    assert whole is not None
    assert whole.offered == first.offered + second.offered == pytest.approx(90, abs=3)
    assert first.offered == pytest.approx(second.offered, abs=2)
    assert (run.record.users, whole.pool, whole.max_users, whole.most_users) == (2, 8, 9, 8)
    assert first.pool == second.pool == 4
    assert sorted(came(load).values()) == [4, 4]
    assert first.dropped > 0 < second.dropped
    assert {each.step: each.count for each in target.latencies} == {
        step.step: sum(step.statuses.values()) for step in target.in_window if step.statuses
    }


def test_a_worker_that_joins_late_takes_its_share_of_arrivals_and_users(
    mario: str, load: Load, start: Start, free_port: int
) -> None:
    """Locust stops users whom the first had started itself; it starts others, and sends them home."""
    file = guests(load)
    leader = master(start, load, free_port, "-H", mario, *file, *GROWING, "--expect-workers", "1")
    start(*file, *worker_of(free_port))
    until(lambda: "The window opens" in said(load))
    until(lambda: came(load).total() >= 9)
    start(*file, *worker_of(free_port))
    until(lambda: shared_by(load)[-1] == 2)
    until(lambda: min(came(load).values()) >= 4)
    time.sleep(2.0)
    ended(leader)
    run = latest(load)
    record, (target,) = run.record, run.record.targets
    assert shared_by(load) == [1, 2]
    assert (record.warnings, record.lost_workers) == ((), ())
    early, late = (each.arrivals for each in record.workers if each.arrivals)
    assert (early.most_users, late.most_users) == (9, 4)
    assert early.pool in {4, 5}  # what is over when the limit is shared may be there already
    assert late.pool == 4
    assert max(came(load).values()) > 9
    broken_off = early.offered - early.dropped - early.finished + early.under_way_at_start
    assert 0 <= broken_off - early.under_way_at_end <= 8
    assert late.offered == late.dropped + late.finished + late.under_way_at_end
    # Locust moves users to the new worker, and stops those in the middle of a request, too.
    window = record.window
    missing = Counter(scraped(run, "candidate", window.start, window.end)) - Counter(sent(target.in_window))
    assert missing.total() <= given_up_on(target.in_window)
    assert early.offered > late.offered > 10
    assert early.due + late.due == pytest.approx(30 * window.duration, rel=0.2)


def test_a_worker_that_never_joins_makes_the_run_invalid(
    mario: str, load: Load, start: Start, free_port: int
) -> None:
    """Locust gives it users, but nobody knows what they do."""
    path = load.folder / "silent.py"
    path.write_text(
        "from locust import User, constant, task\n"
        "class MarioUser(User):\n"
        "    wait_time = constant(1)\n"
        "    @task\n"
        "    def nothing(self): pass\n"
    )
    leader = master(start, load, free_port, "-H", mario, "-u", "2", "-r", "2", "--expect-workers", "2")
    worker(start, free_port)
    with process("-m", "locust", "-f", path, *worker_of(free_port)):
        until(lambda: "The window opens" in said(load))
        ended(leader)
    record = latest(load).record
    assert judged(record) == [("worker-lost", "invalid")]
    assert len(record.workers) == 1


def shared_by(load: Load) -> list[int]:
    """How many workers have shared the load, one after the other, as the master said."""
    found = re.findall("Workers that share the load: (.*)", said(load))
    return [len(each.split(", ")) for each in found] or [0]


def children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True).stdout
    return [int(each) for each in listed.split()]


def until(look: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
