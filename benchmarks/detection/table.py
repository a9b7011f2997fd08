"""The tables of docs/benchmarks.md: what gates said by condition, with exact binomial intervals."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection import answers
from benchmarks.detection.conditions import BY_NAME, CYCLE, TUNED
from benchmarks.detection.peers import RULES
from mario_perf.statistics.binomial import exact_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.detection.records import Gate

_DAY = len("2026-11-30")

STORED = 3
"""Gates before the first that stored rules may be tried on."""

BUSY = 2.0
"""Load average before a gate from which on other work was going on. A gate leaves about 1.5 behind itself."""

DECIDED = frozenset({"pass", "regressed"})
"""Outcomes of a gate that could tell."""

WANTED = {
    each.name: frozenset[str]() if each.operation is None else frozenset({each.operation})
    for each in BY_NAME.values()
}
"""What should be named, by condition."""


def of_today(gates: Sequence[Gate]) -> list[Gate]:
    """Without those that other code judged where what decides is still being tuned."""
    tuned = {each.name for each in TUNED}
    return [
        each for each in gates if each.condition not in tuned or each.code == answers.fingerprint_of_judging()
    ]


def ours(gates: Sequence[Gate]) -> str:
    """Markdown: how often red and rightly so, wrongly red, undecided, and the time to a verdict."""
    lines = [
        "| candidate | machine | day | gates | rightly red | wrongly red | undecided | invalid | median |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in WANTED:
        own = [each for each in gates if each.condition == name]
        for machine, day in sorted({_when(each) for each in own}, key=lambda when: (when[0] == "busy", when)):
            group = [each for each in own if _when(each) == (machine, day)]
            lines.append(f"| {name} | {machine} | {day} | {_row(group)} |")
    unchanged = [each for each in gates if not _wanted(each)]
    wrong = _share(_wrongly_red(each) for each in gates)
    lines.append(f"| **all, wrongly red** | | | {len(gates)} | | {wrong} | | | |")
    wrong = _share(_wrongly_red(each) for each in unchanged)
    lines.append(f"| **unchanged, wrongly red** | | | {len(unchanged)} | | {wrong} | | | |")
    return "\n".join(lines)


def _when(gate: Gate) -> tuple[str, str]:
    """The state of the machine, and the day."""
    return _machine(gate), gate.started[:_DAY]


def _machine(gate: Gate) -> str:
    own_work = BY_NAME[gate.condition].busy_processes > 0
    return "busy" if own_work or gate.load_average > BUSY else "calm"


def _row(group: Sequence[Gate]) -> str:
    right = _share(_rightly_red(each) for each in group) if _wanted(group[0]) else "-"
    wrong = _share(_wrongly_red(each) for each in group)
    open_ = _share(each.outcome not in DECIDED for each in group)
    invalid = sum(each.outcome == "invalid" for each in group)
    seconds = median(each.seconds for each in group)
    return f"{len(group)} | {right} | {wrong} | {open_} | {invalid} | {seconds:.0f} s"


def _wanted(gate: Gate) -> frozenset[str]:
    return WANTED[gate.condition]


def _wrongly_red(gate: Gate) -> bool:
    """Whether anything is named that was not changed."""
    return bool(_red_for(gate) - _wanted(gate))


def _rightly_red(gate: Gate) -> bool:
    """Whether what was changed is named, and nothing else."""
    return _red_for(gate) == _wanted(gate)


def _red_for(gate: Gate) -> set[str]:
    """What turned a gate red. One that is invalid may name operations as well, and is not red for them."""
    return set(gate.regressed) if gate.outcome == "regressed" else set()


def peers(gates: Sequence[Gate]) -> str:
    """Markdown: gates of the part alone by other rules, each against stored runs of such gates before.

    Those beside busy processes or with two parts are left out: no rule here was made for them.
    """
    lines = [
        "| rule | wrongly red on an unchanged build | 10 % or more slower: named, and nothing else |",
        "|---|---|---|",
    ]
    slower = {each.name for each in CYCLE if each.name.endswith(("+10 %", "+20 %"))}
    usual = [each for each in gates if each.condition in {one.name for one in CYCLE}]
    tried = list(enumerate(usual))[STORED:]
    for rule in ("this gate", *RULES):
        named = [(each, _named(rule, each, usual[:number])) for number, each in tried]
        false = [bool(said) for each, said in named if not _wanted(each)]
        found = [said == _wanted(each) for each, said in named if each.condition in slower]
        lines.append(f"| {rule} | {_share(false)} | {_share(found)} |")
    return "\n".join(lines)


def _named(rule: str, gate: Gate, before: Sequence[Gate]) -> set[str]:
    return RULES[rule](gate, before) if rule in RULES else _red_for(gate)


def _share(answers: Iterable[bool]) -> str:
    said = list(answers)
    if not said:
        return "none yet"
    low, high = exact_interval(np.array(sum(said)), np.array(len(said)), 0.95)
    return f"{sum(said)} of {len(said)} ({float(low) * 100:.0f}-{float(high) * 100:.0f} %)"
