"""A search for the commit that changed an operation, from start to end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.builds import git
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.builds.processes import NotReadyError
from mario_perf.errors import InvalidRunError, UserError, counted, nearest
from mario_perf.gate import commit_duet
from mario_perf.gate.commit_duet import find_link, open_duets
from mario_perf.history.bisection.lineage import lineage
from mario_perf.history.bisection.search import expected_duets, start
from mario_perf.history.store_address import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.commit_duet import CommitDuets, DuetRequest
    from mario_perf.history.bisection.lineage import Lineage
    from mario_perf.history.bisection.next_duet import Choice
    from mario_perf.history.bisection.search import Search
    from mario_perf.history.measurements import Link

ERROR: Final = 0.012
"""Standard error of a duet as a logarithm, before there is one."""

MOST_INVALID: Final = 2
"""Duets in a row that may be invalid."""

HASH: Final = 12
"""Characters of a commit in the history."""


@dataclass(frozen=True, slots=True)
class BisectRequest:
    """What was asked for."""

    operation: str
    metric: str
    good: str
    bad: str
    most_duets: int
    duets: DuetRequest
    store: str | None


@dataclass(frozen=True, slots=True)
class BisectResult:
    """How a search ended."""

    operation: str
    metric: str
    lineage: Lineage
    search: Search
    duets: int  # played in this search
    titles: dict[str, str]  # first lines of messages, by commit


@forbid_nesting()
def run(request: BisectRequest, policy: Policy, announce: Callable[[str], None]) -> BisectResult:
    """Search, with at most ``most_duets``. What the history knows of these commits counts, too.

    Raises:
        InvalidRunError: duets are invalid again and again.
        UserError: it cannot be done as asked.
    """
    good, bad = (git.resolve(each, "") for each in (request.good, request.bad))
    line = lineage(good, git.commits(good, bad))
    if not line.contains.size:
        raise UserError(f"{request.good}..{request.bad}: no commits between them; give an older GOOD")
    store = open_store(request.store, request.duets.runs_dir)
    links = [link for batch in store.batches([request.metric], [request.operation]) for link in batch.links]
    search = _with_history(start(line.contains, ERROR), line, links)
    with open_duets(request.duets, policy, store, request.most_duets, "-bisect") as duets:
        announce(_announcement(request, line))
        progress = _Progress(request, duets, line, search)
        while progress.advance():
            pass
    titles = {each: git.title(each) for each in line.revisions[1:]}
    return BisectResult(
        request.operation, request.metric, line, progress.search, progress.duets_played, titles
    )


def _announcement(request: BisectRequest, line: Lineage) -> str:
    count = line.contains.shape[1]
    duets = min(expected_duets(count, ERROR), request.most_duets)
    return (
        f"{counted(count, 'commit')}: at most {counted(request.most_duets, 'duet')} of "
        f"{request.duets.seconds:.0f} s, and about "
        f"{duets} for a change of 5 %"
    )


def _with_history(search: Search, line: Lineage, links: list[Link]) -> Search:
    """Duets of these commits that were played before."""
    place = {revision[:HASH]: index for index, revision in enumerate(line.revisions)}
    for link in links:
        if link.earlier in place and link.later in place:
            search = search.with_link(place[link.earlier], place[link.later], link.log_ratio, link.error)
    return search


class _Progress:
    """A search while it runs."""

    def __init__(self, request: BisectRequest, duets: CommitDuets, line: Lineage, search: Search) -> None:
        self._request, self._duets, self._line = request, duets, line
        self._started: set[int] = set()
        self._invalid = 0
        self.search, self.duets_played = search, 0

    def advance(self) -> bool:
        """Play the next duet, or skip a commit; False where the search has ended."""
        choice = self.search.next() if self.duets_played < self._request.most_duets else None
        if choice is None:
            return False
        if not all(self._starts(index) for index in (choice.earlier, choice.later)):
            return True
        self._play(choice)
        return True

    def _starts(self, index: int) -> bool:
        """Whether a revision starts; one that does not is skipped, unless it is an end."""
        if index in self._started:
            return True
        revision = self._line.revisions[index]
        try:
            commit_duet.check_start(self._duets, revision)
        except UserError as error:
            if index in {0, len(self._line.revisions) - 1}:
                raise UserError(f"{revision[:HASH]} does not start ({error}); give another one") from error
            self._duets.narrator.warn(f"{revision[:HASH]} does not start, so it is skipped: {error}")
            self.search = self.search.without(index)
            return False
        self._started.add(index)
        return True

    def _play(self, choice: Choice) -> None:
        earlier, later = (self._line.revisions[index] for index in (choice.earlier, choice.later))
        self.duets_played += 1
        self._duets.narrator.say(
            f"duet {self.duets_played} of at most {self._request.most_duets}: "
            f"{earlier[:HASH]} and {later[:HASH]}"
        )
        try:
            links = commit_duet.play(self._duets, earlier, later)
        except (InvalidRunError, NotReadyError):
            links = ()
        if not links:
            self._count_invalid()
            return
        self._invalid = 0
        found = find_link(links, self._request.operation, self._request.metric)
        if found is None:
            self._leave_out(choice, links)
            return
        search = self.search.with_link(choice.earlier, choice.later, found.log_ratio, found.error)
        self.search = replace(search, error=float(np.median(search.links.error)))

    def _count_invalid(self) -> None:
        self._invalid += 1
        if self._invalid >= MOST_INVALID:
            raise InvalidRunError(
                f"{self._invalid} duets in a row were invalid; see their reports in "
                f"{self._request.duets.runs_dir}, or run mario-perf doctor"
            )

    def _leave_out(self, choice: Choice, links: tuple[Link, ...]) -> None:
        """The newer revision does not have the operation."""
        last = len(self._line.revisions) - 1
        if {choice.earlier, choice.later} <= {0, last}:
            names = {link.operation for link in links}
            raise UserError(
                f"{self._request.operation}: no {self._request.metric} of it on both sides; nearest: "
                f"{nearest(self._request.operation, names)}"
            )
        inner = choice.later if choice.later not in {0, last} else choice.earlier
        self.search = self.search.without(inner)
