"""``mario-perf reference``."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click


@click.group()
def reference() -> None:
    """The service that never changes: it tells the machine's doing from the build's."""


@reference.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> NoReturn:
    """Serve it next to a service on another machine. See: mario-perf reference serve --help."""
    os.execv(sys.executable, [sys.executable, "-m", "mario_perf.reference", *arguments])  # noqa: S606 - no shell
