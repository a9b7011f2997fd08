"""What ended a run before its time, kept in the run's folder: who judges the run later must know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from mario_perf.errors import UnreadableRunError, UserError
from mario_perf.model import Finding, Severity
from mario_perf.run_record import Masked, Record

if TYPE_CHECKING:
    from pathlib import Path

FILE = "incident.json"


class Incident(Record):
    """One finding on a run that did not come to its end."""

    code: str
    severity: Severity
    message: Masked


def side_died(message: str) -> Finding:
    """A service ended under load."""
    return Finding("side-died", Severity.INVALID, message)


def round_failed(message: str) -> Finding:
    """A round of a duet could not be played."""
    return Finding("round-failed", Severity.INVALID, message)


def run_failed(message: str) -> Finding:
    """A run for a stored baseline could not be made."""
    return Finding("run-failed", Severity.INVALID, message)


def slow_start(message: str) -> Finding:
    """A service was not ready in time."""
    return Finding("slow-start", Severity.WARNING, message)


def keep(folder: Path, finding: Finding) -> None:
    """Write a finding into the folder of its run.

    Raises:
        UserError: The folder cannot be written.
    """
    incident = Incident(code=finding.code, severity=finding.severity, message=finding.message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(incident.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder / FILE}: cannot be written ({error.strerror}); make room") from error


def read(folder: Path) -> Finding | None:
    """What ended the run in a folder before its time; None where nothing did.

    Raises:
        UnreadableRunError: The file says something else.
    """
    file = folder / FILE
    if not file.exists():
        return None
    try:
        incident = Incident.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise UnreadableRunError(f"{file}: no incident of a run; leave this run out") from error
    return Finding(incident.code, incident.severity, incident.message)
