"""Thousands of gates with known truth, by the same code that judges real ones."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from benchmarks.detection.simulation import World, gate
from mario_perf import statistics
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.duet_results import compare
from mario_perf.judgement.sequential import decided, plan
from mario_perf.model import Verdict
from mario_perf.statistics.binomial import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.model import Metric, OperationResult

FILE = Path(__file__).parent / "results" / "simulated.jsonl"
JUDGING = Path(statistics.__file__).parent

WORLDS = {
    # Rounds lie as far apart as in the kept gates of an unchanged build, or a little farther. Standard
    # deviations of typical time, of that apart from the other operations, of p95, and of that apart: in the
    # kept gates 0.032, 0.016, 0.08, 0.06, and where other work went on 0.038, 0.026, 0.10, 0.08.
    "as measured, calm": World(
        samples=27, tail=0.08, stragglers=0.035, process=0.005, apart=0.05, burst=0.0005
    ),
    "as measured, other work": World(
        samples=24, tail=0.1, stragglers=0.035, process=0.012, apart=0.05, burst=0.0008
    ),
    "twice as noisy": World(samples=21, tail=0.15, stragglers=0.05, process=0.007, burst=0.005),
    "busy, failing now and then": World(
        samples=18,
        tail=0.15,
        stragglers=0.06,
        process=0.008,
        apart=0.05,
        burst=0.015,
        failing=0.002,
        outage=0.05,
    ),
    "very noisy": World(samples=15, apart=0.08, burst=0.1, process=0.03, machine=0.4),
}

TWO_MINUTES = 15
"""Rounds in them: the look after so many comes after 108 s."""

CHANGED = "Operation0"


class Case(BaseModel, frozen=True):
    """What is simulated: a world and a change of one operation."""

    world: str
    slower: float = 1.0
    failing: float = 0.0

    @property
    def change(self) -> str:
        """In words."""
        if self.failing:
            return f"fails {self.failing:.1%}"
        return f"+{self.slower - 1:.0%}" if self.slower > 1 else "unchanged"


class Answer(BaseModel, frozen=True):
    """Of one simulated gate."""

    case: Case
    seed: int
    regressed: tuple[str, ...]
    undecided: bool
    rounds: int
    covered: tuple[float, float]  # share of operations whose interval of typical time, of p95 held the truth
    code: str  # what judged and simulated; answers of other code are not counted


HEAD = (
    "| machine | candidate | gates | rightly red | in 2 min | wrongly red | undecided | rounds | covered |",
    "|---|---|---|---|---|---|---|---|---|",
)

CHANGES: tuple[dict[str, float], ...] = (
    {},
    {"slower": 1.05},
    {"slower": 1.1},
    {"slower": 1.2},
    {"failing": 0.02},
)
"""Unchanged comes first; it takes the most gates, as false alarms are rare."""

SHARE = 0.1
"""Of the unchanged gates, how many are played of each change."""


def missing(gates: int) -> list[tuple[Case, int]]:
    """What is not yet kept of ``gates`` unchanged ones a world, and the changed ones: cases and seeds."""
    done = {(each.case, each.seed) for each in read()}
    wanted = [
        (Case(world=world, **change), seed)
        for world in WORLDS
        for change in CHANGES
        for seed in range(int(gates * (SHARE if change else 1.0)))
    ]
    return [each for each in wanted if each not in done]


def play(cases: Sequence[tuple[Case, int]]) -> Iterator[Answer]:
    """Simulate and keep."""
    kept = read()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("".join(f"{each.model_dump_json()}\n" for each in kept), encoding="utf-8")
    with ProcessPoolExecutor() as pool, FILE.open("a", encoding="utf-8") as lines:
        for answer in pool.map(_one, cases, chunksize=10):
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
    folder = Path(__file__).parent
    code = (*sorted(JUDGING.glob("*.py")), folder / "simulation.py", folder / "simulate.py")
    return sha256(b"".join(file.read_bytes() for file in code)).hexdigest()[:12]


def table(answers: Sequence[Answer]) -> str:
    """Markdown: by world and change, what was said and how often the interval held the truth."""
    by_case: dict[Case, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_case[answer.case].append(answer)
    rows = [f"| {case.world} | {case.change} | {_row(group)} |" for case, group in by_case.items()]
    unchanged = [each for each in answers if each.case.change == "unchanged"]
    wrong = _share(bool(each.regressed) for each in unchanged)
    rows.append(f"| **all** | **unchanged** | {len(unchanged)} | - | - | {wrong} | | | |")
    return "\n".join([*HEAD, *rows])


def _row(answers: Sequence[Answer]) -> str:
    changed = answers[0].case.change != "unchanged"
    wanted = {CHANGED} if changed else set()
    found = [set(each.regressed) == wanted for each in answers]
    right = _share(found) if changed else "-"
    soon = np.mean(
        [each.rounds <= TWO_MINUTES and each_found for each, each_found in zip(answers, found, strict=True)]
    )
    latency, p95 = np.mean([each.covered for each in answers], axis=0)
    return (
        f"{len(answers)} | {right} | {f'{soon:.0%}' if changed else '-'} "
        f"| {_share(bool(set(a.regressed) - wanted) for a in answers)} "
        f"| {np.mean([each.undecided for each in answers]):.0%} "
        f"| {np.median([each.rounds for each in answers]):.0f} "
        f"| {latency:.1%}, p95 {p95:.1%}"
    )


def _share(said: Iterable[bool]) -> str:
    answers = list(said)
    low, high = exact_interval(np.array(sum(answers)), np.array(len(answers)), 0.95)
    return f"{np.mean(answers):.2%} ({float(low):.2%}-{float(high):.2%})"


def _one(asked: tuple[Case, int]) -> Answer:
    """One gate, stopped as a real one would be."""
    case, seed = asked
    world, policy = WORLDS[case.world], Policy()
    rounds = gate(world, np.random.default_rng((2026, seed)), slower=case.slower, failing=case.failing)
    for number, alpha in plan(policy.false_alarm_rate, world.rounds).looks:
        results = compare(rounds[:number], policy, alpha)
        if decided(results):
            break
    return Answer(
        case=case,
        seed=seed,
        regressed=tuple(each.operation.name for each in results if each.verdict is Verdict.REGRESSED),
        undecided=not decided(results),
        rounds=number,
        covered=(_covered(results, "latency", case), _covered(results, "p95", case)),
        code=fingerprint(),
    )


def _covered(results: Sequence[OperationResult], metric: Metric, case: Case) -> float:
    """How often the interval holds the truth at the look that the gate ended with."""
    held = []
    for each in results:
        true = case.slower - 1 if each.operation.name == CHANGED else 0.0
        change = next(c.change for c in each.comparisons if c.metric == metric)
        held.append(change.low <= true <= change.high)
    return float(np.mean(held))
