"""What ended a run before its time, kept in the run's folder: who judges the run later must know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from mario_perf import local_file
from mario_perf.errors import UnreadableRunError, UserError
from mario_perf.model import Severity  # noqa: TC001 - pydantic reads it
from mario_perf.run_record import Masked, Record
from mario_perf.validity.codes import BY_NAME, Code, leaves_out_load

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.model import Finding

FILE_NAME = "incident.json"
_MOST = 1 << 16  # bytes that are read


class Incident(Record):
    """One finding on a run that did not come to its end."""

    code: str
    severity: Severity
    message: Masked


def side_died(reason: str) -> Finding:
    """A service ended under load."""
    return Code.SIDE_DIED.finding(reason=reason)


def round_failed(number: int, reason: str) -> Finding:
    """A round of a duet could not be played."""
    return Code.ROUND_FAILED.finding(number=number, reason=reason)


def run_failed(reason: str) -> Finding:
    """A run for a stored baseline could not be made."""
    return Code.RUN_FAILED.finding(reason=reason)


def slow_start(number: int, reason: str) -> Finding:
    """A service was not ready in time."""
    return Code.SLOW_START.finding(number=number, reason=reason)


def keep(folder: Path, finding: Finding) -> None:
    """Write a finding into the folder of its run.

    Raises:
        UserError: The folder cannot be written.
    """
    incident = Incident(code=finding.code, severity=finding.severity, message=finding.message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE_NAME).write_text(incident.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{folder / FILE_NAME}: cannot be written ({error.strerror}); make room") from error


def remove(folder: Path) -> None:
    """Take a finding back; nothing where there is none.

    Raises:
        UserError: It cannot be removed.
    """
    try:
        (folder / FILE_NAME).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{folder / FILE_NAME}: cannot be removed ({error.strerror})") from error


def read(folder: Path) -> Finding | None:
    """What ended the run in a folder before its time; None where nothing did.

    Raises:
        UnreadableRunError: The file says something else.
    """
    file = folder / FILE_NAME
    if not file.exists():
        return None
    try:
        with local_file.opened(file) as opened:
            incident = Incident.model_validate_json(opened.read(_MOST))
        code = BY_NAME[incident.code]
    except (OSError, ValidationError, KeyError) as error:
        raise UnreadableRunError(f"{file}: no incident of a run; leave this run out") from error
    return code.restore(incident.severity, incident.message)


def why_load_is_left_out(folder: Path) -> Finding | None:
    """What says, in place of a round, that no more of a part under load could be played.

    Raises:
        UnreadableRunError: as of ``read``.
    """
    ended = read(folder)
    return ended if ended and leaves_out_load(ended) else None
