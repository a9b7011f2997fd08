"""Options of the commands that load a service which runs already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_Function = TypeVar("_Function", bound="Callable[..., object]")

_CA = click.option(
    "--ca",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Trust only certificates signed by one in this PEM file. For running services.",
)
_INSECURE = click.option(
    "--insecure", is_flag=True, help="Accept any certificate, even a self-signed one. For running services."
)


_ALLOW_HOST = click.option(
    "--allow-host",
    multiple=True,
    metavar="HOST",
    help="Send load to this host, too; without it load goes to this machine only. Repeatable.",
)


def connection_options(function: _Function) -> _Function:
    """``--ca``, ``--insecure`` and ``--allow-host``."""
    return _CA(_INSECURE(_ALLOW_HOST(function)))
