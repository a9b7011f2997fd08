"""A day of load in time-lapse: what is kept of it does not grow."""

import gc
import tracemalloc
from random import Random

from analysis.run_record import Side
from loadtests.latencies import Latencies
from loadtests.ledger import Ledger
from loadtests.session import Target
from loadtests.steps import Step

HOURS = 24
REQUESTS = 6_000
"""In an hour, instead of half a million: memory depends on which values occur, not on how often."""

STEP = Step("look", "LookQuery", "GET")
SIDES: tuple[Side, ...] = ("baseline", "candidate")


def hour(targets: list[Target], ledger: Ledger, pulse: Latencies, draw: Random) -> None:
    """One hour of answers: half in milliseconds, half slower, a few failures."""
    for number in range(REQUESTS):
        seconds = draw.uniform(*draw.choice(((0.001, 0.05), (0.05, 0.5))))
        for target in targets:
            tally = target.tally.begin(STEP)
            if number % 1000:
                tally.answered(STEP, 200 if number % 100 else 500, None, seconds, late=seconds / 100)
            else:
                tally.lost(TimeoutError(), seconds)
        ledger.offered += 1
        ledger.lateness.add(seconds / 100)
        pulse.add(seconds / 1000)


def test_after_the_first_hours_a_soak_takes_no_more_memory() -> None:
    targets = [Target(side, "http://127.0.0.1") for side in SIDES]
    ledger, pulse, draw = Ledger(), Latencies(), Random(1)
    for target in targets:
        target.open_window()
    taken = []
    tracemalloc.start()
    try:
        for _ in range(HOURS):
            hour(targets, ledger, pulse, draw)
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert taken[-1] < 1.05 * taken[HOURS // 2]  # some values occur for the first time even then
    assert taken[-1] < 5e6
    assert targets[0].window.started == HOURS * REQUESTS


def test_whatever_occurs_the_values_that_are_told_apart_are_bounded() -> None:
    """11 bits of each power of two up to an hour: about 24,000, however long it lasts."""
    latencies = Latencies()
    for power in range(32):
        for part in range(4096):
            latencies.add((2**power) * (1 + part / 4096) / 1e6)
    assert len(latencies.counts) < 2048 + 1024 * 22
