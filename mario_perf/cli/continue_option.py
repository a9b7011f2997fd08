"""``--continue``: a gate is played on with the options that it was started with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mario_perf import runs
from mario_perf.cli.command_line import flag, written_options
from mario_perf.errors import UserError
from mario_perf.gate.continuation import Continuation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

OWN = ("continued", "max_duration", "rounds", "until_decided", "formats", "outputs")
"""Options of the command that goes on. All others are those of the gate that it goes on with."""

TRUST = ("restart", "policy", "allow_host", "ca", "insecure", "prometheus", "runs_dir")
"""Options that run something, name somebody to trust, or say where is written.

A report may come from somebody else and does not decide them: they are given again as they were.
"""

continue_option = click.option(
    "--continue",
    "continued",
    metavar="RUN",
    help="Play more rounds of a gate that could not tell, and judge all its rounds together. The chance "
    "of a false alarm stays the same. RUN's own options hold: only --max-duration, --rounds and formats "
    "can be new. Give --restart, --policy, --allow-host, --ca, --insecure, --prometheus and --runs-dir "
    "again, for a report does not decide them.",
)


def continued_options(context: click.Context, options: Mapping[str, object]) -> dict[str, object]:
    """The options as given; of a gate that goes on, its folder, and the options that it was started with.

    Raises:
        UserError: one is given that cannot change, or the gate is not there or cannot go on.
    """
    if (name := options["continued"]) is None:
        return dict(options)
    written = written_options(context, options)
    if changed := [name for name in written if name not in (*OWN, *TRUST)]:
        raise UserError(f"--continue plays on with RUN's own options; leave out {_flags(changed)}")
    folder = runs.find(str(name)).resolve()
    started = _started(context, folder)
    if differing := [name for name in TRUST if started[name] != options[name]]:
        raise UserError(
            f"{folder}: started with other {_flags(differing)}, and a report does not decide what is run or "
            "trusted; give the same again, or start a new gate"
        )
    return {**started, **{own: options[own] for own in OWN}, "continued": folder}


def _started(context: click.Context, folder: Path) -> dict[str, Any]:
    """The options that a report says its gate was started with."""
    words = list(Continuation.of(folder).options)
    try:
        return context.command.make_context("gate", words, parent=context.parent).params
    except (click.UsageError, click.exceptions.Exit) as error:
        raise UserError(
            f"{folder}: its report has options that this version of mario-perf does not know; start a new "
            "gate"
        ) from error


def _flags(names: Iterable[str]) -> str:
    return ", ".join(map(flag, names))
