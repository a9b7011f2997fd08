"""The search: which duet comes next, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.history.bisection.next_duet import Choice, information, next_duet
from mario_perf.history.bisection.posterior import Posterior, posterior
from mario_perf.history.network import Links

if TYPE_CHECKING:
    from mario_perf.history.bisection.posterior import Bools, Floats

CONFIDENCE: Final = 0.97
"""The search ends when one answer is as probable as this."""

LEAST_INFORMATION: Final = 0.003
"""Bits. It ends, too, when no duet is expected to bring more: it cannot separate the rest."""

SIZE: Final = 0.05
"""A step that is thought of before anything is measured."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search among revisions: the first is the good one, the last the bad one, and contains all commits.

    ``error`` is the standard error that a duet is expected to have. ``unusable`` revisions do not start.
    """

    contains: Bools  # (N, C)
    error: float
    links: Links
    unusable: frozenset[int] = frozenset()
    prior: Floats | None = None
    confidence: float = CONFIDENCE
    _cache: list[Posterior] = field(default_factory=list, compare=False)

    @property
    def known(self) -> Posterior:
        """What the duets say."""
        if not self._cache:
            self._cache.append(posterior(self.contains, self.links, self.prior))
        return self._cache[0]

    def with_link(self, earlier: int, later: int, value: float, error: float) -> Search:
        """After a duet."""
        links = Links(
            np.append(self.links.earlier, earlier),
            np.append(self.links.later, later),
            np.append(self.links.value, value),
            np.append(self.links.error, error),
        )
        return replace(self, links=links, _cache=[])

    def without(self, revision: int) -> Search:
        """After a revision did not start."""
        return replace(self, unusable=self.unusable | {revision})

    def next(self) -> Choice | None:
        """The next duet; None where the search has ended.

        First the bad revision is compared with the good one, unless something was measured already. Then one
        side is a revision that was measured before: it is built, and it starts.
        """
        last = len(self.contains) - 1
        if not len(self.links.value):
            return Choice(0, last, float("nan"))
        if max(self.known.commits.max(), self.known.no_change) >= self.confidence:
            return None
        measured = dict.fromkeys([0, last, *self.links.earlier.tolist(), *self.links.later.tolist()])
        first = [index for index in measured if index not in self.unusable]
        second = [index for index in range(last + 1) if index not in self.unusable]
        choice = next_duet(self.contains, self.known, first, second, self.error)
        return choice if choice and choice.information >= LEAST_INFORMATION else None


def start(contains: Bools, error: float, prior: Floats | None = None) -> Search:
    """A search before anything is measured."""
    none = np.zeros(0, dtype=np.intp)
    return Search(contains, error, Links(none, none, np.zeros(0), np.zeros(0)), prior=prior)


def expected_duets(commits: int, error: float, step: float = SIZE) -> int:
    """About how many duets a search takes: bits to learn over bits of a duet that halves the commits.

    One more compares both ends.
    """
    halves = np.array([[False, False], [True, False]])
    known = Posterior(np.array([0.5, 0.5]), 0.0, step, error)
    bits = information(halves, known, np.array([0]), np.array([1]), error)[0]
    return 1 + int(np.ceil(np.log2(max(commits, 1)) / max(bits, 1e-3)))
