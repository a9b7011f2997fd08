"""The table of simulated comparisons: what was said, with exact binomial intervals."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.model import Verdict
from mario_perf.statistics.binomial import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.capacity.machine import Answer

CONFIDENCE: Final = 0.95
COLUMNS: Final = (
    "machine",
    "candidate",
    "comparisons",
    "regressed",
    "passed",
    "inconclusive",
    "seconds",
    "covered",
)
HEAD: Final = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def table(answers: Sequence[Answer]) -> str:
    """Markdown, a row for each machine and change, in their order."""
    cases = dict.fromkeys((each.machine, each.change) for each in answers)
    rows = [_row(case, [each for each in answers if (each.machine, each.change) == case]) for case in cases]
    held = _share(each.covered for each in answers)
    wrong = _share(each.verdict is Verdict.REGRESSED for each in answers if each.change == 0)
    total = f"| **all** | **unchanged, or covered** | {len(answers)} | {wrong} | | | | {held} |"
    return "\n".join((HEAD, *rows, total))


def _row(case: tuple[str, float], answers: Sequence[Answer]) -> str:
    machine, change = case
    candidate = f"{-change:.0%} less" if change else "unchanged"
    said = [each.verdict for each in answers]
    cells = (
        machine,
        candidate,
        str(len(answers)),
        _share(each is Verdict.REGRESSED for each in said),
        f"{_mean(each in {Verdict.UNCHANGED, Verdict.IMPROVED} for each in said):.0%}",
        f"{_mean(each is Verdict.INCONCLUSIVE for each in said):.0%}",
        f"{median(each.seconds for each in answers):.0f}",
        f"{_mean(each.covered for each in answers):.1%}",
    )
    return f"| {' | '.join(cells)} |"


def _mean(hits: Iterable[bool]) -> float:
    every = list(hits)
    return sum(every) / len(every)


def _share(hits: Iterable[bool]) -> str:
    every = list(hits)
    low, high = exact_interval(np.array(sum(every)), np.array(len(every)), CONFIDENCE)
    return f"{_mean(every):.1%} ({low:.1%}-{high:.1%})"
