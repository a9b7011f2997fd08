"""What pydantic found wrong with a file, as a part of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

_LONGEST = 200
"""Characters. The names in a file may be of any length, and hold anything."""


def text(error: ValidationError) -> str:
    """Where the first mistake is, and what: ``window.end: Input should be a valid number``."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "file"
    message = f"{place[:_LONGEST]}: {first['msg'][:_LONGEST]}"
    return "".join(each if each.isprintable() else "?" for each in message)
