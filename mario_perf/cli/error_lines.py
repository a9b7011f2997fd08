"""The line that a user sees for an error, never a traceback."""

from __future__ import annotations

import io
import traceback
from contextlib import suppress
from pathlib import Path

import click

from mario_perf import masking, message_lines
from mario_perf.errors import UserError


def write(error: BaseException) -> None:
    with suppress(OSError):  # of a terminal that is closed
        if isinstance(error, click.ClickException):
            message_lines.say(_usage(error), error=True)
        else:
            message_lines.say(f"mario-perf: {_text(error)}", error=True)


def _usage(error: click.ClickException) -> str:
    """How the command is used, and what was wrong."""
    output = io.StringIO()
    error.show(output)
    return output.getvalue().rstrip("\n")


def _text(error: BaseException) -> str:
    notes = getattr(error, "__notes__", ())
    if isinstance(error, UserError):
        return masking.text(str(error))
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "; ".join(("interrupted; all that was started is stopped", *notes))
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = "; ".join((f"{Path(frame.filename).name}:{frame.lineno}", *notes))
    return f"unexpected error, please report: {masking.text(repr(error))} in {frame.name}, {where}"
