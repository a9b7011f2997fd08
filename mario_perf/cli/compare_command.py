"""``mario-perf compare``."""

from __future__ import annotations

import click

from mario_perf.cli import compare as front_door


@click.command(
    "compare",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def compare(arguments: tuple[str, ...]) -> int:
    """Judge a run that was recorded. See: mario-perf compare --help."""
    return front_door.main(arguments)
