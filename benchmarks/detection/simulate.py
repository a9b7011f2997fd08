"""Thousands of gates with known truth, by the same checks and decisions that real ones are judged by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

import mario_perf
from benchmarks.detection import resampling, simulation
from benchmarks.detection.worlds import CHANGES, ROUNDS, TRIED, WORLDS
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.check_verdicts import decide
from mario_perf.judgement.sequential import MIN_ROUNDS_FOR_RED, plan
from mario_perf.statistics.binomial import exact_interval
from mario_perf.statistics.change import paired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.metric_changes import MetricChanges, Sides
    from mario_perf.metric_catalogue import Metric

    Flags = NDArray[np.bool_]

FILE = Path(__file__).parent / "results" / "simulated.jsonl"
PACKAGE = Path(mario_perf.__file__).parent
JUDGING = ("statistics/*.py", "comparison/*.py", "judgement/check_verdicts.py", "judgement/sequential.py")

FORTY_SECONDS = 5
TWO_MINUTES = 15
"""Rounds in them: the look after so many comes after 38 and after 108 s."""

CHANGED = "Operation0"

JUDGED: tuple[Metric, ...] = ("latency", "p95", "error_ratio", "slow_share", "mean")
"""What gates; no client is simulated."""


class Answer(BaseModel, frozen=True):
    """Of one simulated gate."""

    world: str
    change: str
    seed: int
    regressed: tuple[str, ...]
    undecided: bool
    rounds: int
    covered: tuple[float, float]  # share of operations whose interval of typical time, of p95 held the truth
    code: str  # what judged and simulated; answers of other code are not counted

    @property
    def wanted(self) -> set[str]:
        """What should be named."""
        return {CHANGED} if CHANGES[self.change].makes_worse else set()


Case = tuple[str, str, int]
"""World, change and seed."""

COLUMNS = ("machine", "candidate", "gates", "rightly red", "40 s", "2 min", "wrongly red", "undecided")
HEAD = f"| {' | '.join((*COLUMNS, 'rounds', 'covered'))} |\n{'|---' * (len(COLUMNS) + 2)}|"

SHARE = 0.2
"""Of the gates of a world that wrong reds are counted in, how many are played to see what is found."""


def missing(gates: int) -> list[Case]:
    """What is not yet kept of ``gates`` gates a world in which nothing may be red, fewer of the others."""
    done = {(each.world, each.change, each.seed) for each in read()}
    wanted = [
        (world, change, seed)
        for world, changes in TRIED.items()
        for change in changes
        for seed in range(int(gates * SHARE) if CHANGES[change].makes_worse else gates)
    ]
    return [each for each in wanted if each not in done]


def play(cases: Sequence[Case]) -> Iterator[Answer]:
    """Simulate and keep."""
    kept = read()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("".join(f"{each.model_dump_json()}\n" for each in kept), encoding="utf-8")
    with FILE.open("a", encoding="utf-8") as lines:
        for case in cases:
            answer = gate_of(*case)
            lines.write(answer.model_dump_json() + "\n")
            lines.flush()
            yield answer


def read() -> list[Answer]:
    """All that was simulated so far by the code of today; a line cut short by a crash does not count."""
    if not FILE.exists():
        return []
    code = fingerprint()
    whole = [line for line in FILE.read_text(encoding="utf-8").split("\n") if f'"code":"{code}"' in line]
    return [Answer.model_validate_json(line) for line in whole if line.endswith("}")]


@cache
def fingerprint() -> str:
    """Of the code that judges and of the worlds that are simulated."""
    here = [
        Path(__file__).parent / f"{name}.py" for name in ("simulation", "resampling", "simulate", "worlds")
    ]
    judging = sorted(file for pattern in JUDGING for file in PACKAGE.glob(pattern))
    return sha256(b"".join(file.read_bytes() for file in (*judging, *here))).hexdigest()[:12]


def table(answers: Sequence[Answer]) -> str:
    """Markdown: by world and change, what was said and how often the interval held the truth."""
    by_case: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        by_case[answer.world, answer.change].append(answer)
    rows = [f"| {' | '.join(case)} | {_row(group)} |" for case, group in by_case.items()]
    clean = [each for each in answers if not each.wanted]
    wrong, held = _share(bool(each.regressed) for each in clean), _covered(answers)
    rows.append(f"| **all** | **nothing slower** | {len(clean)} | - | - | - | {wrong} | | | {held} |")
    return "\n".join([HEAD, *rows, "", f"Real rounds: {resampling.provenance()}."])


def _row(answers: Sequence[Answer]) -> str:
    found = [set(each.regressed) == each.wanted for each in answers]
    soon = ["-"] * 3
    if answers[0].wanted:
        within = [
            np.mean([each and answer.rounds <= most for each, answer in zip(found, answers, strict=True)])
            for most in (FORTY_SECONDS, TWO_MINUTES)
        ]
        soon = [_share(found), *(f"{each:.0%}" for each in within)]
    return (
        f"{len(answers)} | {' | '.join(soon)} "
        f"| {_share(bool(set(each.regressed) - each.wanted) for each in answers)} "
        f"| {np.mean([each.undecided for each in answers]):.0%} "
        f"| {np.median([each.rounds for each in answers]):.0f} | {_covered(answers)}"
    )


def _covered(answers: Sequence[Answer]) -> str:
    latency, p95 = np.mean([each.covered for each in answers], axis=0)
    return f"{latency:.1%}, p95 {p95:.1%}"


def _share(said: Iterable[bool]) -> str:
    answers = list(said)
    low, high = exact_interval(np.array(sum(answers)), np.array(len(answers)), 0.95)
    return f"{np.mean(answers):.2%} ({float(low):.2%}-{float(high):.2%})"


def gate_of(world: str, change: str, seed: int) -> Answer:
    """One gate of one world."""
    whole = _sides(world, change, np.random.default_rng((2026, seed)))
    ended = played(whole)
    factors = CHANGES[change].factors(len(ended.red))
    return Answer(
        world=world,
        change=change,
        seed=seed,
        regressed=tuple(whole.operations[index].name for index in np.flatnonzero(ended.red)),
        undecided=bool(ended.still_open.any() and not ended.red.any()),
        rounds=ended.rounds,
        covered=(_held(ended.found, "latency", factors), _held(ended.found, "p95", factors)),
        code=fingerprint(),
    )


@dataclass(frozen=True)
class Ended:
    """A gate at the look that it ended with; flags of shape ``(O,)``."""

    rounds: int
    red: Flags
    still_open: Flags
    found: MetricChanges


def played(whole: Sides) -> Ended:
    """A gate stopped as a real one would be."""
    policy = Policy()
    looks = plan(policy.false_alarm_rate, len(whole.baseline.durations))
    for rounds, alpha in looks.looks:
        found = compare_metrics(_first(whole, rounds), paired, policy, looks.miss_rate, JUDGED)
        red, still_open = _said(found, alpha)
        if red.any() or not still_open.any():
            break
    return Ended(rounds, red, still_open, found)


def _sides(world: str, change: str, rng: np.random.Generator) -> Sides:
    noise = WORLDS[world]
    if noise is None:
        return resampling.sides(ROUNDS, CHANGES[change], rng)
    return simulation.sides(noise, CHANGES[change], rng)


def _first(whole: Sides, rounds: int) -> Sides:
    """What the gate has after so many rounds."""
    baseline, candidate = whole.baseline.first(rounds), whole.candidate.first(rounds)
    return replace(whole, baseline=baseline, candidate=candidate, few_rounds=rounds < MIN_ROUNDS_FOR_RED)


def _said(found: MetricChanges, alpha: float) -> tuple[Flags, Flags]:
    """Which operations are red, and which are open."""
    red, still_open = np.zeros((2, len(found.checks[0].low)), dtype=bool)
    for check, decision in zip(found.checks, decide(found.checks, alpha), strict=True):
        red |= check.gating & decision.regressed
        known = decision.regressed | decision.improved | decision.unchanged
        still_open |= check.gating & ~known
    return red, still_open


def _held(found: MetricChanges, metric: Metric, factors: NDArray[np.float64]) -> float:
    """How often the interval holds the truth at the look that the gate ended with."""
    check = found.check(metric)
    return float(((check.low < factors - 1 + _ROUNDING) & (check.high > factors - 1 - _ROUNDING)).mean())


_ROUNDING = 1e-9
