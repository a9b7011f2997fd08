"""``LABEL=VALUE`` on the command line."""

from __future__ import annotations

import click


def matcher(text: str) -> tuple[str, str]:
    """A label and its value.

    Raises:
        BadParameter: it is something else.
    """
    label, found, value = text.partition("=")
    if not (label and found):
        raise click.BadParameter(f"{text!r} is not LABEL=VALUE")
    return label, value
