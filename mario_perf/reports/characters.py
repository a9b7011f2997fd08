"""Characters that not every output can hold."""

from __future__ import annotations

import re

_INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_safe(raw: str) -> str:
    """A text without the characters that XML, and so SVG, cannot hold."""
    return _INVALID_XML.sub("\N{REPLACEMENT CHARACTER}", raw)


def single_line(raw: str) -> str:
    """One line without control characters: a name must not move the cursor."""
    return "".join(one if one.isprintable() else " " for one in raw)
