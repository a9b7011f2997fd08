"""The table of the README: what gates said by condition, with exact binomial intervals."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics.binomial import exact_interval
from benchmarks.detection.conditions import CYCLE
from benchmarks.detection.peers import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.detection.records import Gate

STORED = 3
"""Gates before the first that stored rules may be tried on."""


def ours(gates: Sequence[Gate]) -> str:
    """Markdown: how often red and rightly so, wrongly red, undecided, and the time to a verdict."""
    lines = [
        "| candidate | gates | rightly red | wrongly red | undecided | median time |",
        "|---|---|---|---|---|---|",
    ]
    wanted = {each.name: each.operation for each in CYCLE}
    for name, group in _by_condition(gates).items():
        expected = {wanted[name]} - {None}
        right = [set(each.regressed) == expected and each.outcome == "regressed" for each in group]
        wrong = [bool(set(each.regressed) - expected) for each in group]
        open_ = [each.outcome in {"inconclusive", "invalid"} for each in group]
        lines.append(
            f"| {name} | {len(group)} | {_share(right) if expected else '-'} | {_share(wrong)} "
            f"| {_share(open_)} | {median(each.seconds for each in group):.0f} s |"
        )
    return "\n".join(lines)


def peers(gates: Sequence[Gate]) -> str:
    """Markdown: the same gates by other rules, each against stored runs of gates before."""
    lines = [
        "| rule | wrongly red on an unchanged build | 10 % or more slower: named, and nothing else |",
        "|---|---|---|",
    ]
    wanted = {each.name: each.operation for each in CYCLE}
    slower = {each.name for each in CYCLE if each.name.endswith(("+10 %", "+20 %"))}
    said: dict[str, tuple[list[bool], list[bool]]] = {name: ([], []) for name in ("this gate", *RULES)}
    for number, gate in enumerate(gates[STORED:], STORED):
        answers = {name: rule(gate, gates[:number]) for name, rule in RULES.items()}
        for name, named in {"this gate": set(gate.regressed), **answers}.items():
            if wanted[gate.condition] is None:
                said[name][0].append(bool(named))
            elif gate.condition in slower:
                said[name][1].append(named == {wanted[gate.condition]})
    lines += [f"| {name} | {_share(false)} | {_share(found)} |" for name, (false, found) in said.items()]
    return "\n".join(lines)


def _by_condition(gates: Sequence[Gate]) -> dict[str, list[Gate]]:
    groups: dict[str, list[Gate]] = defaultdict(list)
    for name in dict.fromkeys(each.name for each in CYCLE):
        groups[name] = [gate for gate in gates if gate.condition == name]
    return {name: group for name, group in groups.items() if group}


def _share(answers: Sequence[bool]) -> str:
    if not answers:
        return "none yet"
    low, high = exact_interval(np.array(sum(answers)), np.array(len(answers)), 0.95)
    return f"{sum(answers)} of {len(answers)} ({float(low) * 100:.0f}-{float(high) * 100:.0f} %)"
