"""``--continue``: a gate is played on with the options that it was started with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mario_perf import runs
from mario_perf.errors import UserError
from mario_perf.gate.continuation import Continuation

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN = ("continued", "max_duration", "rounds", "until_decided", "formats", "outputs")
"""Options of the command that goes on. All others are those of the gate that it goes on with."""


continue_option = click.option(
    "--continue",
    "continued",
    metavar="RUN",
    help="Play more rounds of a gate that could not tell, and judge all its rounds together. The chance "
    "of a false alarm stays the same. RUN's own options hold: only --max-duration, --rounds and formats "
    "can be new.",
)


def continued_options(context: click.Context, options: Mapping[str, object]) -> dict[str, object]:
    """The options as given; of a gate that goes on, its folder, and the options that it was started with.

    Raises:
        UserError: one is given that cannot change, or the gate is not there or cannot go on.
    """
    if (name := options["continued"]) is None:
        return dict(options)
    given = [name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if changed := [f"--{name.replace('_', '-')}" for name in given if name not in OWN]:
        raise UserError(f"--continue plays on with RUN's own options; leave out {', '.join(changed)}")
    folder = runs.find(str(name)).resolve()
    words = list(Continuation.of(folder).options)
    started = context.command.make_context("gate", words, parent=context.parent).params
    return {**started, **{own: options[own] for own in OWN}, "continued": folder}
