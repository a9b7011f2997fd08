"""Which options a user wrote, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click


def written_options(context: click.Context, names: Iterable[str]) -> list[str]:
    """Those of the names that stand on the command line; the others have their defaults."""
    return [name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]


def flag(name: str) -> str:
    """An option as it is written: ``--max-duration`` of ``max_duration``."""
    return f"--{name.replace('_', '-')}"
