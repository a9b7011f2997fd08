"""Durations as people write them in a policy: ``50ms``, ``1.5s``, ``2m``."""

from __future__ import annotations

import re
from typing import Final

DAY: Final = 86400.0
MONTH: Final = 30 * DAY
"""Seconds; of a month as trends count it."""

_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m|h)\s*")
PATTERN = rf"^{_WRITTEN.pattern}$"
"""Of a duration with its unit, for a JSON Schema."""


def seconds(text: str | float) -> float:
    """Seconds of a duration written as text with a unit, or as a bare number of seconds.

    Raises:
        ValueError: No such duration.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    match = _WRITTEN.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{text!r} is not a duration; write it like 50ms, 1.5s or 2m")
    return float(match[1]) * _SECONDS[match[2]]
