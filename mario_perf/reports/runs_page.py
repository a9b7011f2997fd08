"""The index of runs: one page with a link to each report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from mario_perf.reports import plain_page
from mario_perf.reports.run_list import revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.reports.run_list import Glance


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    link: str
    outcome: str
    worst: str
    candidate: str
    baseline: str
    when: str


def render(runs: Sequence[tuple[str, Glance | None]]) -> str:
    """The page; it stands in the folder of the runs."""
    return plain_page.render("runs.html.j2", rows=[_row(name, glance) for name, glance in runs])


def _row(name: str, glance: Glance | None) -> _Row:
    sides = revision(glance, "candidate"), revision(glance, "baseline")
    if glance is None:
        return _Row(name, "", "not judged", "", *sides, "")
    when = glance.created_at[:16].replace("T", " ")
    return _Row(name, f"{quote(name)}/report.html", glance.outcome.value, glance.worst, *sides, when)
