"""The runs of a folder in a list: how each ended, its commits, and what changed most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationError
from rich.text import Text

from mario_perf import figures, local_file
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import UNDER_LOAD, Outcome
from mario_perf.reports.characters import single_line
from mario_perf.reports.columns import GAP, Column, fitting, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_HASH = 10
"""Characters of a revision that tell it apart; a plus behind it says that files had changed."""


class _Change(BaseModel):
    value: float | None


class _Check(BaseModel):
    metric: str
    change: _Change
    gating: bool
    against: Literal["baseline", "limit"] = "baseline"


class _Name(BaseModel):
    name: str


class _Operation(BaseModel):
    operation: _Name
    decided_by: str
    comparisons: tuple[_Check, ...]
    part: str = "alone"

    @property
    def deciding(self) -> _Check | None:
        """The check that decided, if its change is known."""
        known = (each for each in self.comparisons if each.change.value is not None)
        return next((each for each in known if each.metric == self.decided_by), None)


class _Commit(BaseModel):
    revision: str = ""


class _Subject(BaseModel):
    baseline: _Commit | None = None
    candidate: _Commit | None = None


class Glance(BaseModel):
    """What a list needs of a report.json; of most of the file nothing is read."""

    outcome: Outcome
    created_at: str
    subject: _Subject = _Subject()
    operations: tuple[_Operation, ...]

    @property
    def worst(self) -> str:
        """Of a regression the first operation, which matters most; else the largest rise, if any."""
        changes = [(one, check) for one in self.operations if (check := one.deciding) is not None]
        if self.outcome is not Outcome.REGRESSED:
            risen = [each for each in changes if (each[1].change.value or 0.0) > 0]
            changes = sorted(risen, key=lambda each: -(each[1].change.value or 0.0))
        return _described(*changes[0]) if changes else ""


def _described(one: _Operation, check: _Check) -> str:
    suffix = UNDER_LOAD if one.part == "load" else ""
    share = check.metric in METRICS and METRICS[check.metric].share  # type: ignore[index]
    return f"{one.operation.name}{suffix} {figures.change(check.change.value or 0.0, share=share)}"


def glance(folder: Path) -> Glance | None:
    """None where nothing was judged, or the report cannot be read."""
    try:
        with local_file.opened(folder / "report.json") as file:
            return Glance.model_validate_json(file.read(local_file.LARGEST))
    except (OSError, ValidationError):
        return None


def rows(found: Sequence[tuple[str, Glance | None]], width: int) -> Iterator[Text]:
    """The heading and a line a run, no wider than ``width`` while columns can give way."""
    runs = Column("run", tuple(single_line(name) for name, _ in found))
    columns = fitting(
        [
            runs,
            Column("outcome", tuple(each.outcome.value if each else "not judged" for _, each in found)),
            Column(
                "worst change", tuple(single_line(each.worst) if each else "" for _, each in found), rank=1
            ),
            Column("candidate", tuple(revision(each, "candidate") for _, each in found), rank=2),
            Column("baseline", tuple(revision(each, "baseline") for _, each in found), rank=3),
            Column(
                "when",
                tuple(each.created_at[:16].replace("T", " ") if each else "" for _, each in found),
                rank=4,
            ),
        ],
        width,
    )
    lines = [tuple(each.title for each in columns), *zip(*(each.cells for each in columns), strict=True)]
    for at, cells in enumerate(lines):
        padded_cells = (padded(cell, column.width) for cell, column in zip(cells, columns, strict=True))
        yield Text((" " * GAP).join(padded_cells).rstrip(), style="" if at else "bold", no_wrap=True)


def revision(seen: Glance | None, side: Literal["baseline", "candidate"]) -> str:
    """The commit of a side, shortened; a plus says that files had changed."""
    commit = getattr(seen.subject, side) if seen else None
    if commit is None:
        return ""
    return single_line(commit.revision[:_HASH].split(" ")[0] + "+" * (" with changes" in commit.revision))
