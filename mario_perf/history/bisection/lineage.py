"""Which revision contains which commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.history.bisection.posterior import Bools


@dataclass(frozen=True, slots=True)
class Lineage:
    """The good revision first, then the commits in question, parents before children; the bad one is last."""

    revisions: tuple[str, ...]  # N
    contains: Bools  # (N, N - 1), whether a revision contains the commit of each revision but the first


def lineage(good: str, commits: Sequence[tuple[str, ...]]) -> Lineage:
    """From rows of a commit and its parents. Parents that are not among them contain none of them."""
    place = {row[0]: index for index, row in enumerate(commits)}
    contains = np.zeros((len(commits) + 1, len(commits)), dtype=bool)
    for index, (_, *parents) in enumerate(commits):
        for parent in parents:
            if parent in place:
                contains[index + 1] |= contains[place[parent] + 1]
        contains[index + 1, index] = True
    return Lineage((good, *(row[0] for row in commits)), contains)
