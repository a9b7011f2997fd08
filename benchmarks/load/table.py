"""The tables of the README. Conclusions are ratios within a turn; absolute figures are the machine's."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.load.records import Run

REFERENCES = ("Locust, FastHttpUser", "hey")


def speed(runs: Sequence[Run], missing: Sequence[str] = ()) -> str:
    """Requests a second of one core, CPU a request, and rates in multiples of the references."""
    lines = [
        "| asked | generator | requests/s, median | slowest to fastest turn | CPU a request "
        + "".join(f"| x {name.removeprefix('Locust, ')} " for name in REFERENCES)
        + "|",
        "|---|---|---|---|---|" + "---|" * len(REFERENCES),
    ]
    for server, generator in dict.fromkeys((each.server, each.generator) for each in runs):
        own = [each for each in runs if (each.server, each.generator) == (server, generator)]
        lines.append(f"| {server} | {generator} | {_figures(own)} | {_ratios(own, runs)} |")
    lines += [f"| | {name} | not installed | | | | |" for name in missing]
    return "\n".join(lines)


def users(runs: Sequence[Run]) -> str:
    """What more users cost."""
    lines = [
        "| generator | users | memory | more a 1,000 users | CPU a request |",
        "|---|---|---|---|---|",
    ]
    groups: dict[str, list[Run]] = defaultdict(list)
    for each in runs:
        groups[each.generator].append(each)
    for generator, own in groups.items():
        least = min(own, key=lambda each: each.users)
        for each in own:
            more = each.users - least.users
            growth = f"{(each.memory - least.memory) / more * 1000 / 1e6:.1f} MB" if more else ""
            memory, cost = f"{each.memory / 1e6:.0f} MB", f"{each.cost * 1e6:.0f} µs"
            lines.append(f"| {generator} | {each.users:,} | {memory} | {growth} | {cost} |")
    return "\n".join(lines)


def _figures(runs: Sequence[Run]) -> str:
    rates = [each.rate for each in runs]
    cost = median(each.cost for each in runs) * 1e6
    return f"{median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | {cost:.0f} µs"


def _ratios(own: Sequence[Run], runs: Sequence[Run]) -> str:
    return " | ".join(_ratio(own, runs, reference) for reference in REFERENCES)


def _ratio(own: Sequence[Run], runs: Sequence[Run], reference: str) -> str:
    """Median over turns of the rate against the reference's in the same turn."""
    beside = {
        each.turn: each.rate for each in runs if each.generator == reference and each.server == own[0].server
    }
    ratios = [each.rate / beside[each.turn] for each in own if each.turn in beside]
    return f"{median(ratios):.1f}" if ratios else ""
