"""The tables of the README: what gates said by condition, with exact binomial intervals."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics.binomial import exact_interval
from benchmarks.detection.conditions import CYCLE
from benchmarks.detection.peers import RULES
from benchmarks.detection.replay import answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.detection.records import Gate
    from benchmarks.detection.replay import Answer

STORED = 3
"""Gates before the first that stored rules may be tried on."""

BUSY = 2.0
"""Load average before a gate from which on other work was going on. A gate leaves about 1.5 behind itself."""

WANTED = {
    each.name: frozenset[str]() if each.operation is None else frozenset({each.operation}) for each in CYCLE
}
"""What should be named, by condition."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate and what today's rules say of it; ``number`` is its place among all that were kept."""

    number: int
    gate: Gate
    answer: Answer

    @property
    def wanted(self) -> frozenset[str]:
        """What should be named."""
        return WANTED[self.gate.condition]

    @property
    def wrongly_red(self) -> bool:
        """Whether anything is named that was not changed."""
        return bool(self.answer.regressed - self.wanted)

    @property
    def rightly_red(self) -> bool:
        """Whether what was changed is named, and nothing else."""
        return bool(self.wanted) and self.answer.regressed == self.wanted


def judged(gates: Sequence[Gate]) -> list[Judged]:
    """All gates, by today's rules."""
    return [Judged(number, gate, answer(gate)) for number, gate in enumerate(gates)]


def ours(gates: Sequence[Judged]) -> str:
    """Markdown: how often red and rightly so, wrongly red, undecided, and the time to a verdict."""
    lines = [
        "| candidate | machine | gates | rightly red | wrongly red | undecided | median time |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in WANTED:
        for machine in ("calm", "busy"):
            group = [each for each in gates if each.gate.condition == name and _machine(each) == machine]
            if group:
                lines.append(f"| {name} | {machine} | {_row(group)} |")
    unchanged = [each for each in gates if not each.wanted]
    wrong = _share(each.wrongly_red for each in gates)
    lines.append(f"| **all, wrongly red** | | {len(gates)} | | {wrong} | | |")
    wrong = _share(each.wrongly_red for each in unchanged)
    lines.append(f"| **unchanged, wrongly red** | | {len(unchanged)} | | {wrong} | | |")
    return "\n".join(lines)


def _machine(each: Judged) -> str:
    return "busy" if each.gate.load_average > BUSY else "calm"


def _row(group: Sequence[Judged]) -> str:
    right = _share(each.rightly_red for each in group) if group[0].wanted else "-"
    wrong = _share(each.wrongly_red for each in group)
    open_ = _share(each.answer.undecided for each in group)
    return f"{len(group)} | {right} | {wrong} | {open_} | {median(e.answer.seconds for e in group):.0f} s"


def peers(gates: Sequence[Gate]) -> str:
    """Markdown: the same gates by other rules, each against stored runs of gates before."""
    lines = [
        "| rule | wrongly red on an unchanged build | 10 % or more slower: named, and nothing else |",
        "|---|---|---|",
    ]
    slower = {each.name for each in CYCLE if each.name.endswith(("+10 %", "+20 %"))}
    tried = [each for each in judged(gates) if each.number >= STORED]
    for rule in ("this gate", *RULES):
        named = [_named(rule, each, gates) for each in tried]
        false = [bool(said) for said, each in zip(named, tried, strict=True) if not each.wanted]
        found = [
            said == each.wanted
            for said, each in zip(named, tried, strict=True)
            if each.gate.condition in slower
        ]
        lines.append(f"| {rule} | {_share(false)} | {_share(found)} |")
    return "\n".join(lines)


def _named(rule: str, each: Judged, gates: Sequence[Gate]) -> frozenset[str]:
    if rule in RULES:
        return frozenset(RULES[rule](each.gate, gates[: each.number]))
    return each.answer.regressed


def _share(answers: Iterable[bool]) -> str:
    said = list(answers)
    if not said:
        return "none yet"
    low, high = exact_interval(np.array(sum(said)), np.array(len(said)), 0.95)
    return f"{sum(said)} of {len(said)} ({float(low) * 100:.0f}-{float(high) * 100:.0f} %)"
