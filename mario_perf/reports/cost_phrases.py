"""How what executions cost is said, the same in every format."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.cost_indicators import doubt
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import CostResult

_MOVED = {Verdict.REGRESSED, Verdict.ACCEPTED, Verdict.IMPROVED}
_STILL = {Verdict.UNCHANGED: "unchanged", Verdict.INCONCLUSIVE: "not known"}
_PER = {"execution": "an execution", "process": "of the process", "growth": "a 1,000 executions"}


def moved(costs: Sequence[CostResult]) -> list[CostResult]:
    """Those that rose, accepted or not, or fell."""
    return [each for each in costs if each.verdict in _MOVED]


def still(costs: Sequence[CostResult]) -> str:
    """The others in a line, by what is known of them and why; counted where a name has several answers."""
    in_all = Counter(map(_short, costs))
    alike: dict[tuple[str, str], Counter[str]] = {("unchanged", ""): Counter()}
    for each in costs:
        if each.verdict in _STILL:
            alike.setdefault((_STILL[each.verdict], why(each)), Counter())[_short(each)] += 1
    parts = []
    for (word, reason), names in alike.items():
        entries = [
            name if count == in_all[name] else f"{name} ({count} of {in_all[name]})"
            for name, count in names.items()
        ]
        if entries:
            parts.append(f"{word}: {', '.join(entries)}{f' ({reason})' if reason else ''}")
    return "; ".join(parts)


def why(cost: CostResult) -> str:
    """Why it is not known, and what helps; empty where it is."""
    if cost.verdict is not Verdict.INCONCLUSIVE:
        return ""
    return doubt((cost.baseline, cost.candidate), cost.change.low, cost.noise)


def _short(cost: CostResult) -> str:
    """Its name; those of all operations' times have one."""
    return "growth of times" if cost.per == "growth" and cost.operation else cost.name


def per(cost: CostResult) -> str:
    """What it belongs to: ``a PlaceOrderCommand``."""
    return f"a {cost.operation}" if cost.per == "operation" else _PER[cost.per]


def title(cost: CostResult) -> str:
    """Its name where it stands by itself: ``SQL statements a PlaceOrderCommand``."""
    return f"{cost.name} {per(cost)}"


def value(cost: CostResult, amount: float) -> str:
    return figures.amount(amount, cost.unit)


def change(cost: CostResult) -> str:
    """The change with its interval: ``+33.3 % (+30.5 to +36.2 %)``, ``+0.8 ms a 1,000 executions (...)``."""
    if not math.isfinite(cost.change.low):
        return figures.UNKNOWN
    ends = (cost.change.value, cost.change.low, cost.change.high)
    if cost.per == "growth":
        middle, low, high = ("+" * (each > 0) + value(cost, each) for each in ends)
        return f"{middle} {per(cost)} ({figures.span(low, high)})"
    return figures.relative_with_span(*ends)
