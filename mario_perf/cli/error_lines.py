"""The line that a user sees for an error, never a traceback."""

from __future__ import annotations

import io
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from mario_perf import masking, message_lines
from mario_perf.errors import UserError

_OUTSIDE: Final = " is not in the range "
"""What click says of a number; what follows is a formula."""


def write(error: BaseException) -> None:
    with suppress(OSError):  # of a terminal that is closed
        if isinstance(error, click.ClickException):
            message_lines.say(_usage(error), error=True)
        else:
            message_lines.say(f"mario-perf: {_text(error)}", error=True)


def _usage(error: click.ClickException) -> str:
    """How the command is used, and what was wrong."""
    output = io.StringIO()
    _in_words(error).show(output)
    return output.getvalue().rstrip("\n")


def _in_words(error: click.ClickException) -> click.ClickException:
    """An error of a number that is out of range, without a formula."""
    if not isinstance(error, click.BadParameter) or error.param is None or _OUTSIDE not in error.message:
        return error
    kind = error.param.type
    if not isinstance(kind, click.IntRange | click.FloatRange):
        return error
    message = f"{error.message.partition(_OUTSIDE)[0]} is not possible; give {_bounds(kind)}."
    return click.BadParameter(message, error.ctx, error.param, error.param_hint)


def _bounds(kind: click.IntRange | click.FloatRange) -> str:
    """What click says as ``0<x<=1``."""
    lowest, highest = kind.min, kind.max
    low = "" if lowest is None else f"more than {lowest:g}" if kind.min_open else f"{lowest:g} or more"
    high = "" if highest is None else f"less than {highest:g}" if kind.max_open else f"at most {highest:g}"
    return " and ".join(each for each in (low, high) if each)


def _text(error: BaseException) -> str:
    notes = getattr(error, "__notes__", ())
    if isinstance(error, UserError):
        return masking.text(str(error))
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "; ".join(("interrupted; all that was started is stopped", *notes))
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = "; ".join((f"{Path(frame.filename).name}:{frame.lineno}", *notes))
    return f"unexpected error, please report: {masking.text(repr(error))} in {frame.name}, {where}"
