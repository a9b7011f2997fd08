"""Thousands of gates with known truth, by the same checks and decisions that real ones are judged by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import Pool
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection import answers, queueing, resampling, simulation
from benchmarks.detection.answers import Answer
from benchmarks.detection.worlds import (
    CHANGES,
    LOADED,
    ROUNDS,
    ROUNDS_ALONE,
    ROUNDS_OF_BOTH,
    TRIED,
    WORLDS,
    rounds_under_load,
)
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.check_verdicts import decide
from mario_perf.judgement.sequential import MIN_ROUNDS_FOR_RED, plan
from mario_perf.statistics.change import paired

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.comparison.metric_changes import MetricChanges
    from mario_perf.metric_catalogue import Metric
    from mario_perf.run_record import Look

    Flags = NDArray[np.bool_]

JUDGED: tuple[Metric, ...] = ("latency", "p95", "error_ratio", "slow_share", "mean")
"""What gates; no client is simulated."""

JUDGED_UNDER_LOAD: tuple[Metric, ...] = (
    "p95",
    "error_ratio",
    "response_errors",
    "response_time",
    "response_p95",
)


Case = tuple[str, str, int]
"""World, change and seed."""

SHARE = 0.2
"""Of the gates of a world that wrong reds are counted in, how many are played to see what is found."""

PIECE = 60
"""Gates that are kept at a time: what an interruption costs at most."""


def missing(gates: int) -> list[Case]:
    """What is not yet kept of ``gates`` gates a world in which nothing may be red, fewer of the others.

    All worlds advance alike, so that a table of what there is says something of each.
    """
    done = {(each.world, each.change, each.seed) for each in answers.read()}
    wanted = [
        (world, change, seed)
        for world, changes in TRIED.items()
        for change in changes
        for seed in range(int(gates * SHARE) if CHANGES[change].makes_worse else gates)
    ]
    return sorted((each for each in wanted if each not in done), key=lambda case: case[2])


def play(cases: Sequence[Case], processes: int) -> Iterator[int]:
    """Simulate and keep, piece by piece; gives the number of gates of each piece."""
    answers.forget_other_code()
    with Pool(processes) as pool:
        played = pool.imap_unordered(_of_case, cases, chunksize=5)
        while piece := list(islice(played, PIECE)):
            answers.append(piece)
            yield len(piece)


def _of_case(case: Case) -> Answer:
    return gate_of(*case)


def gate_of(world: str, change: str, seed: int) -> Answer:
    """One gate of one world."""
    rng = np.random.default_rng((2026, seed))
    whole = sides_of(world, change, rng)
    is_loaded = world in LOADED
    ended = [alone := played(whole, 0.5, ROUNDS_OF_BOTH, ROUNDS_ALONE) if is_loaded else played(whole)]
    rounds = rounds_under_load(alone.rounds) if is_loaded and not alone.red.any() else 0
    if rounds:
        load = replace(LOADED[world], rounds=rounds)
        ended.append(played(queueing.sides(load, CHANGES[change], rng), 0.5))
    red = np.any([each.red for each in ended], axis=0)
    factors = CHANGES[change].factors(len(red))
    return Answer(
        world=world,
        change=change,
        seed=seed,
        regressed=tuple(whole.operations[index].name for index in np.flatnonzero(red)),
        undecided=any(each.keeps_from_passing for each in ended) and not red.any(),
        unseen=any(each.still_open.any() and not each.keeps_from_passing for each in ended)
        or (is_loaded and not (rounds or red.any())),
        rounds=sum(each.rounds for each in ended),
        covered=(_held(alone.found, "latency", factors), _held(alone.found, "p95", factors)),
        code=answers.fingerprint(),
    )


@dataclass(frozen=True)
class Ended:
    """A gate at the look that it ended with; flags of shape ``(O,)``."""

    rounds: int
    red: Flags
    still_open: Flags
    suspected: Flags
    found: MetricChanges
    under_load: bool

    @property
    def keeps_from_passing(self) -> bool:
        """Whether something is open: under load, only beside something that is suspected."""
        return bool(self.still_open.any() and (self.suspected.any() or not self.under_load))


def played(
    whole: Sides,
    promise: float = 1.0,
    most: int | None = None,
    leaves_at: int | None = None,
    earlier: Sequence[Look] = (),
) -> Ended:
    """A gate, or a part of one with its share of the ``promise``, stopped as a real one would be.

    It has at most so many rounds, and leaves the rest to what follows where it suspects nothing at
    ``leaves_at``; one that is continued has earlier looks.
    """
    policy = Policy().under_load() if whole.under_load else Policy()
    judged = JUDGED_UNDER_LOAD if whole.under_load else JUDGED
    rounds_there_are = most or len(whole.baseline.durations)
    looks = plan(promise * policy.false_alarm_rate, rounds_there_are, earlier)
    for rounds, alpha in _taken(looks.looks, leaves_at):
        found = compare_metrics(_first(whole, rounds), paired, policy, looks.miss_rate, judged)
        red, still_open, suspected = _said(found, alpha)
        if red.any() or not still_open.any() or (rounds == leaves_at and not suspected.any()):
            break
    return Ended(rounds, red, still_open, suspected, found, whole.under_load)


def _taken(planned: Sequence[tuple[int, float]], leaves_at: int | None) -> list[tuple[int, float]]:
    """Looks with what each spends: half of what is left where it is seen whether anything is suspected."""
    before = [each for each in planned if leaves_at is None or each[0] < leaves_at]
    if leaves_at is None:
        return before
    half = sum(alpha for _, alpha in planned[len(before) :]) / 2
    return [*before, (leaves_at, half), (planned[-1][0], half)]


def sides_of(world: str, change: str, rng: np.random.Generator) -> Sides:
    noise = WORLDS[world]
    if noise is None:
        return resampling.sides(ROUNDS, CHANGES[change], rng)
    return simulation.sides(noise, CHANGES[change], rng)


def _first(whole: Sides, rounds: int) -> Sides:
    """What the gate has after so many rounds."""
    return replace(
        whole,
        baseline=whole.baseline.first(rounds),
        candidate=whole.candidate.first(rounds),
        client=(whole.client[0].first(rounds), whole.client[1].first(rounds)),
        few_rounds=rounds < MIN_ROUNDS_FOR_RED,
    )


def _said(found: MetricChanges, alpha: float) -> tuple[Flags, Flags, Flags]:
    """Which operations are red, which are open, and which are suspected."""
    red, still_open, suspected = np.zeros((3, len(found.checks[0].low)), dtype=bool)
    for check, decision in zip(found.checks, decide(found.checks, alpha), strict=True):
        red |= check.gating & decision.regressed
        known = decision.regressed | decision.improved | decision.unchanged
        still_open |= check.gating & ~known
        suspected |= check.gating & decision.suspected
    return red, still_open, suspected


def _held(found: MetricChanges, metric: Metric, factors: NDArray[np.float64]) -> float:
    """How often the interval holds the truth at the look that the gate ended with."""
    check = found.check(metric)
    return float(((check.low < factors - 1 + _ROUNDING) & (check.high > factors - 1 - _ROUNDING)).mean())


_ROUNDING = 1e-9
