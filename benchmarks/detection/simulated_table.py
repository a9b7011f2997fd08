"""The table of simulated gates: what was said in each world, with exact binomial intervals."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection import resampling
from benchmarks.detection.worlds import TRIED
from mario_perf.statistics.binomial import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.detection.answers import Answer

FORTY_SECONDS = 6
TWO_MINUTES = 19
"""Rounds in them, at less than six seconds each: those of the last look there."""

COLUMNS = (
    "machine",
    "candidate",
    "gates",
    "rightly red",
    "40 s",
    "2 min",
    "wrongly red",
    "undecided",
    "unseen",
)
HEAD = f"| {' | '.join((*COLUMNS, 'rounds', 'covered'))} |\n{'|---' * (len(COLUMNS) + 2)}|"


def table(answers: Sequence[Answer]) -> str:
    """Markdown: by world and change, what was said and how often the interval held the truth."""
    by_case: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        by_case[answer.world, answer.change].append(answer)
    order = [(world, change) for world, changes in TRIED.items() for change in changes]
    rows = [f"| {' | '.join(case)} | {_row(by_case[case])} |" for case in order if case in by_case]
    clean = [each for each in answers if not each.wanted]
    wrong, held = _share(bool(each.regressed) for each in clean), _covered(answers)
    rows.append(f"| **all** | **nothing slower** | {len(clean)} | - | - | - | {wrong} | | | | {held} |")
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
        f"| {np.mean([each.unseen for each in answers]):.0%} "
        f"| {np.median([each.rounds for each in answers]):.0f} | {_covered(answers)}"
    )


def _covered(answers: Sequence[Answer]) -> str:
    latency, p95 = np.mean([each.covered for each in answers], axis=0)
    return f"{latency:.1%}, p95 {p95:.1%}"


def _share(said: Iterable[bool]) -> str:
    answers = list(said)
    low, high = exact_interval(np.array(sum(answers)), np.array(len(answers)), 0.95)
    return f"{np.mean(answers):.2%} ({float(low):.2%}-{float(high):.2%})"
