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
    label, separator, value = text.partition("=")
    if not (label and separator):
        raise click.BadParameter(f"{text!r} is not LABEL=VALUE")
    return label, value


def match_option(subject: str) -> Decorator:
    """The repeatable option, which a command gets as ``matchers``; its help begins with ``subject``."""
    return click.option(
        "--match",
        "matchers",
        type=matcher,
        multiple=True,
        metavar="LABEL=VALUE",
        help=f"{subject} Repeatable.",
    )
