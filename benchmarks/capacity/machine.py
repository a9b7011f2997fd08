"""Simulated machines on which two builds take turns, by the same search as ``mario-perf capacity --against``.

A build is a server that works off its journeys one after another. A turn that gets more than the build can do
lasts until its journeys are done. The machine's speed drifts, wobbles from block to block and within one, and
each turn has noise of its own; each process of a build is a little faster or slower; and now and then other
work holds the machine up during a turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.capacity.capacity_ratio import KEEPS_UP, Block, BlockCost, Served
from mario_perf.capacity.ratio_search import NOISE, RatioRule, search

if TYPE_CHECKING:
    from mario_perf.model import Verdict

FALSE_ALARMS: Final = 0.01
FIVE_MINUTES: Final = 300.0
STARTS: Final = 4.1
"""Seconds of a block beside its turns, as measured where nothing else runs."""

TURN, TURNS = 0.75, 8
CAPACITY: Final = 100.0
JOURNEY: Final = 0.03
"""Seconds of a journey where nothing waits."""

GUESS: Final = 0.15
"""Standard deviation of the first guess of the capacity, which takes six seconds."""

GUESS_SECONDS: Final = 6.0


@dataclass(frozen=True, slots=True)
class Machine:
    """Standard deviations of logarithms; ``lapses`` is the share of turns that are held up."""

    name: str
    turn: float
    process: float
    block: float
    drift: float
    lapses: float


MACHINES: Final = (
    Machine("calm", turn=0.03, process=0.005, block=0.03, drift=0.01, lapses=0.01),
    Machine("moderately noisy", turn=0.05, process=0.01, block=0.05, drift=0.02, lapses=0.02),
    Machine("busy", turn=0.08, process=0.01, block=0.1, drift=0.04, lapses=0.03),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one comparison said, of a candidate whose capacity differs by ``change``."""

    machine: str
    change: float
    seed: int
    verdict: Verdict
    low: float
    high: float
    seconds: float
    blocks: int

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.change <= self.high


def compare(machine: Machine, change: float, seed: int) -> Answer:
    """Compare once, within five minutes of virtual time."""
    random = np.random.default_rng([seed, round(1000 * (1 + change))])
    seconds, speed = GUESS_SECONDS, math.log(CAPACITY)
    guess = CAPACITY * math.exp(random.normal(0, GUESS))
    running = search(RatioRule(NOISE, FALSE_ALARMS), guess, BlockCost(STARTS, TURN * TURNS / 2))
    rate = next(running)
    while True:
        speed += random.normal(0, machine.drift)
        block, duration = _block(machine, rate, speed + random.normal(0, machine.block), change, random)
        fits = seconds + duration <= FIVE_MINUTES
        seconds += duration if fits else 0.0
        try:
            rate = running.send(block if fits else None)
        except StopIteration as ended:
            found = ended.value
            low, high = round(found.low, 4), round(found.high, 4)
            blocks = len(found.blocks)
            return Answer(machine.name, change, seed, found.verdict, low, high, round(seconds, 1), blocks)


def _block(
    machine: Machine, rate: float, speed: float, change: float, random: np.random.Generator
) -> tuple[Block, float]:
    """A block at this rate, and the seconds that it takes."""
    capacities = np.array([speed, speed + math.log1p(change)]) + random.normal(0, machine.process, 2)
    slope = random.normal(0, machine.turn / TURNS)
    turns: tuple[list[float], list[float]] = ([], [])
    for number in range(TURNS):
        if number % 4 == 0:
            first = int(random.integers(2))
        side = first ^ (0, 1, 1, 0)[number % 4]
        now = capacities[side] + slope * number + random.normal(0, machine.turn)
        held_up = random.exponential(0.4) if random.random() < machine.lapses else 0.0
        turns[side].append(max(TURN, rate * TURN / math.exp(now - held_up)) + JOURNEY)
    baseline, candidate = (_served(rate, each) for each in turns)
    return Block(rate, baseline, candidate), STARTS + sum(map(sum, turns))


def _served(rate: float, seconds: list[float]) -> Served:
    return Served(rate * TURN / median(seconds), median(seconds) <= KEEPS_UP * TURN)
