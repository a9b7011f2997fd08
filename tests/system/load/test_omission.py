"""No coordinated omission: journeys that arrive during a stall wait, and count like any other.

Truth is reckoned from the pause as it was, however long it lasted: what those see who arrive one after the
other, 10,000 a second, whatever became of those before them. On a busy machine they wait longer than the
pause explains, as a burst of requests follows it; shorter they wait only where some of them were left out.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from benchmarks.load.delaying import log
from benchmarks.load.delays import Stall, quantile, seen
from mario_perf import runs
from mario_perf.run_record import Latency, RunRecord
from mario_perf.validity import run_checks
from tests.system.load.conftest import ROOT, Load, process

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

LOCUSTFILE = str(ROOT / "tests" / "system" / "load" / "delayed_steps.py")
PATIENCE = 30.0
CLOSE = 0.1
"""By how much a quantile may fall short of the truth: only a hundred arrive a second."""


@pytest.fixture
def delaying(free_port: int) -> Iterator[Callable[..., str]]:
    """Starts a server of known response times: ``delaying(*arguments)`` gives the URL."""
    url = f"http://127.0.0.1:{free_port}"
    with ExitStack() as stack:

        def start(*arguments: str) -> str:
            running = stack.enter_context(
                process("-m", "benchmarks.load.delaying", str(free_port), *arguments)
            )
            end = time.monotonic() + PATIENCE
            while not answers(url):
                assert running.poll() is None
                assert time.monotonic() < end, "it did not begin in time"
                time.sleep(0.1)
            return url

        yield start


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=PATIENCE).is_success
    except httpx.TransportError:
        return False


def run(load: Load, url: str, seconds: int) -> RunRecord:
    """A hundred journeys a second, and a user for each of them, however long it waits."""
    model = ("--rate", "100", "--arrivals", "constant", "-u", "500", "-r", "500")
    code, output = load.run("-f", LOCUSTFILE, "-H", url, *model, "-t", f"{seconds}s")
    assert code == 0, output
    record = runs.load(load.runs / "latest").record
    assert record.arrivals is not None
    assert record.arrivals.dropped == 0
    return record


def of(step: str, latencies: tuple[Latency, ...]) -> Latency:
    (found,) = (each for each in latencies if each.step == step)
    return found


def assert_full_weight(latency: Latency, record: RunRecord, pause: Stall) -> None:
    """It is what those waited who arrived in the window, in which the pause must lie."""
    assert record.window.start < pause[0] < pause[1] < record.window.end
    waited = seen(record.window.start, record.window.end, [pause])
    assert latency.p95 > quantile(waited, 95) * (1 - CLOSE)
    assert latency.p99 > quantile(waited, 99) * (1 - CLOSE)


def test_a_stall_of_the_service_has_its_true_weight(delaying: Callable[..., str], load: Load) -> None:
    url = delaying("stalls")
    record = run(load, url, 7)
    (target,) = record.targets
    (stall,) = (each for each in log(url).stalls if each[0] < record.window.end)
    assert_full_weight(of("first", target.latencies_from_intended), record, stall)


def test_a_pause_of_the_generator_delays_responses_from_due_moments_and_makes_the_run_invalid(
    delaying: Callable[..., str], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service was never slow, and response times since requests were sent say so."""
    interval = load.folder / "frozen.json"
    monkeypatch.setenv("FREEZE", str(interval))
    record = run(load, delaying(), 5)
    (target,) = record.targets
    begin, end = json.loads(interval.read_text())
    since_due, sent = (of("first", each) for each in (target.latencies_from_intended, target.latencies))
    assert_full_weight(since_due, record, (begin, end))
    assert sent.p95 < since_due.p95 / 2
    assert record.arrivals is not None
    late = record.arrivals.late_max
    assert late <= since_due.maximum <= late + sent.maximum
    assert of("second", target.latencies_from_intended) == of("second", target.latencies)
    assert "generator-late" in {each.code for each in run_checks.check_load(record)}
