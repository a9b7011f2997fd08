"""``--baseline`` with and without a path: what a command compares with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

DEFAULT_BASELINE = ""
"""The option without a path: the one that is stored for this environment."""


def baseline_option(explanation: str) -> Decorator:
    """The option, explained by the command that compares."""
    return click.option(
        "--baseline", is_flag=False, flag_value=DEFAULT_BASELINE, metavar="[PATH]", help=explanation
    )
