"""Duets of the revisions around change points, before they are reported."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from mario_perf.builds import git
from mario_perf.builds.nesting import forbid_nesting
from mario_perf.errors import UserError
from mario_perf.gate import commit_duet
from mario_perf.gate.commit_duet import find_link, open_duets
from mario_perf.history.alerts import AlertState
from mario_perf.history.confirmation import MOST_DUETS, confirm
from mario_perf.history.trends import alert_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.commit_duet import CommitDuets, DuetRequest
    from mario_perf.history.alerts import Alert
    from mario_perf.history.store import Store
    from mario_perf.history.trends import Shift, Trend

AROUND: Final = 4
"""Revisions on each side of a change point that a wider duet spans."""

Z: Final = 1.96


@forbid_nesting()
def run(trends: Sequence[Trend], store: Store, request: DuetRequest, policy: Policy) -> None:
    """Confirm or withdraw each shift that no duet has judged; the store keeps the answers.

    Raises:
        UserError: nothing says how the service is started.
    """
    waiting = [(trend, shift) for trend in trends for shift in trend.shifts if shift.state is AlertState.OPEN]
    if not waiting:
        return
    with open_duets(request, policy, store, len(waiting) * MOST_DUETS, "-confirm") as duets:
        for trend, shift in waiting:
            store.record(_answers(trend, shift, duets))


def _answers(trend: Trend, shift: Shift, duets: CommitDuets) -> Iterator[Alert]:
    """The alert with its state; a change that lies some revisions off is another alert."""
    alert, revisions = alert_of(trend.series, shift), trend.series.revisions
    pairs = _pairs(revisions, shift.point.index)
    if not pairs or trend.series.values.min() <= 0:
        duets.narrator.warn(f"{shift.last} and {shift.first} cannot be built here: not confirmed")
        yield alert
        return
    error = (shift.point.high - shift.point.low) / 2 / Z
    play = partial(_play, trend, duets)
    answer = confirm(shift.point.change, error, pairs, play)
    last, first = (revisions[index] for index in answer.pair)
    if answer.state is AlertState.CONFIRMED and first != alert.first:
        if not shift.is_new:
            yield replace(alert, state=AlertState.WITHDRAWN)
        time = float(trend.series.times[answer.pair[1]])
        yield replace(alert, last=last, first=first, time=time, state=answer.state)
    else:
        yield replace(alert, last=last, state=answer.state)


def _play(trend: Trend, duets: CommitDuets, earlier: int, later: int) -> tuple[float, float] | None:
    series = trend.series
    names = series.revisions[earlier], series.revisions[later]
    duets.narrator.say(f"duet of {names[0]} and {names[1]} for {series.operation}")
    try:
        links = commit_duet.play(duets, *names)
    except UserError as error:
        duets.narrator.warn(f"the duet of {names[0]} and {names[1]} failed: {error}")
        return None
    link = find_link(links, series.operation, series.metric)
    return (link.log_ratio, link.error) if link else None


def _pairs(revisions: Sequence[str], index: int) -> list[tuple[int, int]]:
    """The commits nearest around a change point, and a wider pair."""
    before = _commits(revisions, range(index - 1, -1, -1))
    after = _commits(revisions, range(index, len(revisions)))
    if not (before and after):
        return []
    return list(dict.fromkeys([(before[0], after[0]), (before[-1], after[-1])]))


def _commits(revisions: Sequence[str], places: range) -> list[int]:
    """The first places with different revisions that this repository has, at most ``AROUND``."""
    found: dict[str, int] = {}
    for place in places:
        if len(found) < AROUND and revisions[place] not in found and _is_commit(revisions[place]):
            found[revisions[place]] = place
    return list(found.values())


def _is_commit(revision: str) -> bool:
    try:
        return git.resolve(revision, "").startswith(revision)
    except UserError:
        return False
