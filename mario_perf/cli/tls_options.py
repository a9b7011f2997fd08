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
    help="Of running services: believe only certificates that one in this file (PEM) has signed.",
)
_INSECURE = click.option(
    "--insecure", is_flag=True, help="Of running services: believe any certificate, a self-signed one, too."
)


def tls_options(function: _Function) -> _Function:
    """``--ca`` and ``--insecure``."""
    return _CA(_INSECURE(function))
