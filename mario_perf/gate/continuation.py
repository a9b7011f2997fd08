"""A gate that left something open, and is played on: the same builds, and all rounds judged together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mario_perf import runs
from mario_perf.errors import UserError, counted, listed
from mario_perf.judgement.sequential import is_decided
from mario_perf.masking import MASK
from mario_perf.model import Outcome
from mario_perf.reports import report_reading
from mario_perf.reports.formats import FORMATS
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.gate.gate_request import GateRequest
    from mario_perf.model import Finding, GateResult
    from mario_perf.run_record import Part

FILES = "candidate.sha256"
"""In a gate's folder: what the candidate's files are. With uncommitted changes no commit says it."""

_MAY_BE_OPEN = frozenset({Outcome.INCONCLUSIVE, Outcome.PASS})
"""Outcomes that may leave something open: a pass does, where the part under load could not tell."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """The folder of a gate that is played on, and what its report says."""

    folder: Path
    report: GateResult

    @classmethod
    def of(cls, folder: Path) -> Self:
        """A gate with something open.

        Raises:
            UserError: there is no report, nothing is open, or it is not a duet.
        """
        _check_own_files(folder)
        report = report_reading.read(folder / FORMATS["json"].file)
        if report.method != "duet" or not report.runs:
            raise UserError(f"{folder}: only a gate of two builds side by side can be continued")
        if report.load_curves:
            raise UserError(f"{folder}: a gate with --levels cannot be continued; start one with more time")
        if report.outcome not in _MAY_BE_OPEN or is_decided(report.operations):
            raise UserError(f"{folder}: nothing is open there ({report.outcome.value}); start a new gate")
        if any(map(Code.PART_FAILED.is_in, report.findings)):
            raise UserError(f"{folder}: its part under load failed; start a new gate")
        if not any(run.look for run in report.runs):
            raise UserError(f"{folder}: these runs are not the rounds of one gate; start a new gate")
        return cls(folder, report)

    @property
    def options(self) -> tuple[str, ...]:
        """What the gate was started with, behind the command's name.

        Raises:
            UserError: a secret was among them, and the report does not hold it.
        """
        command = self.report.command
        if any(MASK in word for word in command):
            raise UserError(
                f"{self.folder}: its options hold a secret, which is not kept; start a new, longer gate"
            )
        return command[command.index("gate") + 1 :] if "gate" in command else ()

    def pin(self, request: GateRequest) -> GateRequest:
        """The same request with the parts that were asked for, and the commit that was the baseline.

        How long it goes on decides neither, nor where the baseline's branch is by now. A part for which no
        time was left has its share of the promise all the same, and may be played now.
        """
        parts: set[Part] = {run.part for run in self.report.runs}
        if any(map(Code.PART_NOT_PLAYED.is_in, self.report.findings)):
            parts.add("load")
        request = replace(request, part="both" if len(parts) > 1 else parts.pop())
        baseline = self.report.subject.baseline
        if baseline is None or request.demo or request.baseline_url:
            return request
        return replace(request, against=baseline.revision)

    def check_files(self, files: Mapping[str, str]) -> None:
        """See that the candidate's files, by their digests, are still those that were measured.

        Raises:
            UserError: they are not, or were not noted.
        """
        try:
            lines = (self.folder / FILES).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise UserError(f"{self.folder}: no {FILES} ({error.strerror}); start a new gate") from error
        differing = sorted({*lines} ^ {*_lines(files)}, key=_path)
        if differing:
            names = listed(dict.fromkeys(map(_path, differing)), max_items=3)
            raise UserError(f"not what {self.folder} measured: {names}; put it back, or start a new gate")

    def finding(self, result: GateResult) -> Finding:
        """What the report says of it."""
        before = len(self.report.runs)
        return Code.CONTINUED.finding(before=counted(before, "round"), more=len(result.runs) - before)


def note_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write down what the candidate's files are, by their digests."""
    (folder / FILES).write_text("".join(f"{line}\n" for line in _lines(files)), encoding="utf-8")


def _is_link_to_a_round(path: Path, folder: Path) -> bool:
    """The one that the load itself makes beside its runs, and replaces: nothing is written through it."""
    own = folder / runs.LATEST.name
    return (
        path == own
        and path.is_symlink()
        and path.readlink() in {Path(each.name) for each in runs.rounds(folder)}
    )


def _check_own_files(folder: Path) -> None:
    """More rounds and logs are written there: no link in the folder says where to, and no pipe is waited for.

    Raises:
        UserError: something is neither a file nor a folder.
    """
    for path in folder.rglob("*"):
        if _is_link_to_a_round(path, folder):
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UserError(f"{path} is a link or a device, which no gate makes; start a new gate")


def _lines(files: Mapping[str, str]) -> list[str]:
    """As sha256sum writes them."""
    return [f"{digest}  {path!r}" for path, digest in files.items()]


def _path(line: str) -> str:
    return line.partition("  ")[2].strip("'")
