"""The end of a search for a commit, in words and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from mario_perf import figures
from mario_perf.errors import counted
from mario_perf.reports.characters import single_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mario_perf.history.bisection.lineage import Lineage
    from mario_perf.history.bisection.search import Search

HASH: Final = 12
SHARE: Final = 0.95
"""The listed commits have this probability together."""

MOST: Final = 10
"""Commits that are listed."""


class Result(Protocol):
    """What a search came to."""

    @property
    def operation(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def lineage(self) -> Lineage: ...
    @property
    def search(self) -> Search: ...
    @property
    def duets(self) -> int: ...
    @property
    def titles(self) -> Mapping[str, str]: ...


def is_decided(result: Result) -> bool:
    """Whether one answer is probable enough."""
    known = result.search.known
    return bool(max(known.commits.max(), known.no_change) >= result.search.confidence)


def text(result: Result) -> Iterator[str]:
    """Lines: the answer, the commits that may have made the change, and what it took."""
    known, places = result.search.known, candidates(result)
    name = f"{result.operation}, {result.metric}"
    if known.no_change >= result.search.confidence:
        yield f"{name}: no commit changed it (probability {figures.percent(known.no_change)})"
    elif is_decided(result):
        commit = result.lineage.revisions[places[0] + 1]
        yield f"{commit[:HASH]} changed {name} by {_size(result)}"
    elif known.no_change > known.commits.max():
        yield f"{name}: no commit stands out; the change is {_size(result)}"
        places = []
    else:
        yield f"{name}: not decided; between both ends it changed by {_size(result)}"
    for place in places:
        commit = result.lineage.revisions[place + 1]
        title = single_line(result.titles.get(commit, ""))
        yield f"  {figures.percent(float(known.commits[place])):>6}  {commit[:HASH]}  {title}"
    if not is_decided(result):
        yield _next_step(result)
    yield _effort(result)


def candidates(result: Result) -> list[int]:
    """The most probable commits, the first one first, by their places."""
    shares = result.search.known.commits
    order = np.argsort(-shares, kind="stable")
    needed = int(np.searchsorted(np.cumsum(shares[order]), SHARE * shares.sum())) + 1
    return [int(place) for place in order[: min(needed, MOST)]]


def document(result: Result) -> str:
    """JSON with the probability of each commit. The change is a log ratio."""
    known = result.search.known
    content = {
        "operation": result.operation,
        "metric": result.metric,
        "decided": is_decided(result),
        "no_change": known.no_change,
        "change": known.step,
        "change_error": known.step_error,
        "duets": result.duets,
        "skipped": [result.lineage.revisions[index] for index in sorted(result.search.unusable)],
        "commits": [
            {"commit": commit, "title": result.titles.get(commit, ""), "probability": float(share)}
            for commit, share in zip(result.lineage.revisions[1:], known.commits, strict=True)
        ],
    }
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _size(result: Result) -> str:
    known = result.search.known
    low, high = (known.step + side * 1.96 * known.step_error for side in (-1, 1))
    change, *ends = (figures.log_change(each) for each in (known.step, low, high))
    return f"{change} ({figures.span(*ends)})"


def _next_step(result: Result) -> str:
    if result.search.next() is None and result.search.unusable:
        return "  no duet can separate these: commits between them do not start"
    if result.search.next() is None:
        return "  more duets of this length would not help: give a longer --duet-duration"
    return "  run the same command again: it goes on with the duets that were played"


def _effort(result: Result) -> str:
    skipped = len(result.search.unusable)
    played = f"{counted(result.duets, 'duet')} played"
    return f"{played}, {counted(skipped, 'commit')} skipped" if skipped else played
