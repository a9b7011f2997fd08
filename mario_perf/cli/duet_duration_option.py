"""``--duet-duration``, of commands that play duets of commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def duet_duration_option(explanation: str) -> Decorator:
    """The option; ``explanation`` is its help."""
    return click.option(
        "--duet-duration",
        type=click.FloatRange(10),
        default=45.0,
        show_default=True,
        metavar="SECONDS",
        help=explanation,
    )
