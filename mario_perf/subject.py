"""What was compared, as far as the records of the runs and a CI system's environment tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mario_perf.model import Commit, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mario_perf.ci_environment import CiBuild
    from mario_perf.model import GateResult
    from mario_perf.run_record import Side

_HASH = re.compile(r"[0-9a-f]{7,40}(?= with changes$|$)")


def of(result: GateResult, run_id: str, build: CiBuild) -> Subject:
    """The subject of a result. Where several builds were one side, the last one speaks for it."""
    before = (*result.baseline_revisions, *_revisions(result, "baseline"))
    return Subject(
        run_id=run_id,
        service=" and ".join(_services(result)),
        project=build.project,
        branch=build.branch,
        baseline=_last(before, build),
        candidate=_last(_revisions(result, "candidate"), build),
        pull_request=build.pull_request,
        pull_request_url=build.pull_request_url,
    )


def _last(revisions: Iterable[str], build: CiBuild) -> Commit | None:
    listed = list(revisions)
    if not listed:
        return None
    match = _HASH.match(listed[-1])
    return Commit(listed[-1], url=f"{build.commits}{match[0]}" if match and build.commits else "")


def _revisions(result: GateResult, side: Side) -> Iterator[str]:
    for run in result.runs:
        yield from (one.revision for one in run.targets if one.side == side and one.revision)


def _services(result: GateResult) -> Iterator[str]:
    for target in result.runs[-1].targets if result.runs else ():
        yield f"the {target.side} at {target.url}"
