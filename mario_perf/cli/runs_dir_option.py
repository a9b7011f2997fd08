"""``--runs-dir`` on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def runs_dir_option(explanation: str) -> Decorator:
    """The option; ``explanation`` says what the command puts into the folder."""
    return click.option(
        "--runs-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("runs"),
        show_default=True,
        help=f"Folder for runs. {explanation}",
    )
