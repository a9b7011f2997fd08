"""Where in a TOML text a key stands: the parser of the standard library does not tell."""

from __future__ import annotations

import re


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line of a key, or of the innermost table around it that has a line of its own; 1 if none has."""
    found, depth = 1, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
            table = _dotted(header[1])
            here = table
        elif key := re.match(r"\s*([^\s=#][^=#]*?)\s*=", line):
            here = table + _dotted(key[1])
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found


def _dotted(key: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
