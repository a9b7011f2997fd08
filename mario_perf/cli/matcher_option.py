"""``--match LABEL=VALUE`` on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def matcher(text: str) -> tuple[str, str]:
    """A label and its value.

    Raises:
        BadParameter: it is something else.
    """
    label, found, value = text.partition("=")
    if not (label and found):
        raise click.BadParameter(f"{text!r} is not LABEL=VALUE")
    return label, value


def matching(whose: str) -> Decorator:
    """The repeatable option, given to a command as ``matchers``; its help tells of ``whose`` labels."""
    return click.option(
        "--match", "matchers", type=matcher, multiple=True, metavar="LABEL=VALUE", help=f"{whose} Repeatable."
    )
