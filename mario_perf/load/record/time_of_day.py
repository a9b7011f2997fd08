"""The time of day by a clock that is never set.

The machine's clock may be set forward or back in the middle of a run. Its time is taken once, when this
process starts, and from then on the monotonic clock is added.
"""

from __future__ import annotations

from time import monotonic, time
from typing import Final

_OFFSET: Final = time() - monotonic()


def now() -> float:
    """Unix seconds."""
    return _OFFSET + monotonic()
