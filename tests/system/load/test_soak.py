"""A day of load in virtual time: memory does not grow."""

import gc
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from random import Random

import gevent
import pytest

from mario_perf.load.record import generator_health, record_builder, run_phases
from mario_perf.load.record.latency_counts import Latencies
from mario_perf.load.steps import Step
from mario_perf.load.users import user_group
from mario_perf.load.users.load_target import LoadTarget
from mario_perf.sources.scrapes import scrapes
from tests.load.option_parsing import options
from tests.load.virtual_time import VirtualTime
from tests.system.load.exposition import serving

HOURS = 24
REQUESTS = 1_000
"""In an hour, instead of half a million: memory depends on which values occur, not on how often."""

SCRAPE, PROBE = 300.0, 10.0
"""Seconds between scrapes and between beats of the pulse: for the same reason longer than they are."""

STEP = Step("look", "LookQuery", "GET")


def hour(targets: tuple[LoadTarget, ...], draw: Random) -> None:
    """One hour of answers: half in milliseconds, half slower, a few failures."""
    for number in range(REQUESTS):
        seconds = round(draw.uniform(*draw.choice(((0.001, 0.05), (0.05, 0.5)))), 3)
        for target in targets:
            request = target.begin(STEP, seconds / 100)
            assert target.end(request)
            if number % 1000:
                request.counters.count_response(
                    STEP, 200 if number % 100 else 500, None, seconds, request.late
                )
            else:
                request.counters.count_error(TimeoutError(), seconds, request.late)


@pytest.fixture
def service() -> Iterator[str]:
    with serving(50_000 * "a") as url:
        yield url


def at_work(group: user_group.UserGroup) -> None:
    """A user whose journeys take two seconds."""
    user = group.new_user({}, frozenset())
    user.wait_for_start()
    while True:
        gevent.sleep(2.0)
        user.wait_for_next()


def test_memory_stays_constant_after_the_first_hours_of_a_soak(
    virtual_time: VirtualTime, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole run: scrapes, the generator's pulse, arrivals, and what requests leave in its tallies."""
    monkeypatch.setattr(generator_health, "_INTERVAL", PROBE)
    run_options = options(
        *("--rate", "0.1", "--shape", "soak", "--duet", service, "--warm-up", "600"),
        *("--scrape-interval", str(SCRAPE), "--run-id", "soak"),
    )
    group, draw, ends, taken = user_group.UserGroup(run_options, service), Random(1), list[float](), []
    soak = run_phases.RunInProgress(
        run_options, group.targets, group, tmp_path, lambda: ends.append(virtual_time.now)
    )
    tracemalloc.start()
    try:
        soak.begin()
        began = virtual_time.now
        users = [gevent.spawn(at_work, group) for _ in range(3)]
        soak.start_phases(3, 30.0, None)
        for _ in range(HOURS):
            virtual_time.sleep(3600)
            hour(group.targets, draw)
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
        while not ends and virtual_time.now < began + (HOURS + 1) * 3600:
            virtual_time.sleep(10)
        soak.end(30.0)
    finally:
        tracemalloc.stop()
        gevent.killall(users)
    # Some values occur for the first time even then. A number kept of each request would be more than this.
    assert taken[-1] < 1.1 * taken[HOURS // 2]
    assert taken[-1] < 8e6
    # The clock may jump on while a scrape is really written, and the window's edge waits for that.
    assert ends == [pytest.approx(began + HOURS * 3600, abs=2 * SCRAPE)]
    done = record_builder.record(soak, record_builder.LoadProfile(3, 1.0, 0, distributed=False))
    assert done.arrivals is not None
    assert done.arrivals.offered == pytest.approx(0.7 * 0.1 * done.window.duration, rel=0.1)
    assert done.arrivals.finished == pytest.approx(done.arrivals.offered, abs=3)
    for target in done.targets:
        assert sum(step.started for step in target.in_window) == HOURS * REQUESTS
        kept = scrapes(tmp_path / f"scrapes-{target.side}.jsonl.gz")
        assert len(list(kept)) == pytest.approx(HOURS * 3600 / SCRAPE, rel=0.05)


def test_the_number_of_distinct_latencies_is_bounded() -> None:
    """11 bits of each power of two up to an hour: about 24,000, however long it lasts."""
    latencies = Latencies()
    for power in range(32):
        for part in range(4096):
            latencies.add((2**power) * (1 + part / 4096) / 1e6)
    assert len(latencies.counts) < 2048 + 1024 * 22
