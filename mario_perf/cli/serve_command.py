"""``mario-perf serve``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> NoReturn:
    """Serve Mario's Pizzeria, the built-in service. See: mario-perf serve --help."""
    os.execv(sys.executable, [sys.executable, "-m", "mario_perf.pizzeria", *arguments])  # noqa: S606 - no shell
