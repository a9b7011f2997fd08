"""Histories with a known commit that made a change, and searches through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.history.bisection.lineage import lineage
from mario_perf.history.bisection.search import start

if TYPE_CHECKING:
    import numpy as np

    from mario_perf.history.bisection.lineage import Lineage
    from mario_perf.history.bisection.search import Search


def line(count: int) -> Lineage:
    """Commits c1 to cN after g, one after the other."""
    names = ["g", *(f"c{number}" for number in range(1, count + 1))]
    return lineage("g", [(names[n], names[n - 1]) for n in range(1, count + 1)])


def merged(branches: int, length: int) -> Lineage:
    """Branches that leave the main branch one after the other, and come back by merges."""
    rows: list[tuple[str, ...]] = []
    main = "g"
    for branch in range(branches):
        parent = main
        for step in range(length):
            rows.append((f"b{branch}.{step}", parent))
            parent = f"b{branch}.{step}"
        rows.append((f"m{branch}", main))
        rows.append((f"merge{branch}", f"m{branch}", parent))
        main = f"merge{branch}"
    return lineage("g", rows)


@dataclass(frozen=True)
class Played:
    search: Search
    duets: int


def play(
    history: Lineage,
    changes: np.ndarray[tuple[int], np.dtype[np.float64]],
    random: np.random.Generator,
    error: float = 0.01,
    most: int = 10,
    broken: frozenset[int] = frozenset(),
) -> Played:
    """Search with duets whose errors are normal; ``changes`` are those of each commit."""
    levels = history.contains @ changes
    search, duets = start(history.contains, error), 0
    while duets < most and (choice := search.next()) is not None:
        if missing := broken & {choice.earlier, choice.later}:
            search = search.without(min(missing))
            continue
        value = levels[choice.later] - levels[choice.earlier] + error * random.normal()
        search = search.with_link(choice.earlier, choice.later, float(value), error)
        duets += 1
    return Played(search, duets)
