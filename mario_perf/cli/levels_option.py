"""``--levels``: a gate at several levels of load."""

from __future__ import annotations

import click

from mario_perf.gate import load_levels
from mario_perf.gate.load_levels import Levels


def _levels(text: str | Levels) -> Levels:
    """What was typed.

    Raises:
        BadParameter: it cannot be read as levels.
    """
    if isinstance(text, Levels):
        return text
    try:
        return load_levels.parse(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}") from error


levels_option = click.option(
    "--levels",
    type=_levels,
    metavar="LEVELS",
    help="Compare under load at several levels, such as 25%,50%,90% of what the baseline carries, or 20,40 "
    "journeys a second. Says whether the candidate is slower at each, or saturates earlier. Uses the whole "
    "--max-duration.",
)
