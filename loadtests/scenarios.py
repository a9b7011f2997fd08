"""What may be going on at Mario's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MIXES: Final[Mapping[str, Mapping[str, int]]] = {
    "mario": {"customer": 1, "kitchen": 1, "courier": 1, "manager": 1},
    "read-heavy": {"customer": 2, "kitchen": 1, "courier": 2, "manager": 7},
    "write-heavy": {"kitchen": 1, "courier": 1},
    "rush-hour": {"customer": 6, "kitchen": 3, "courier": 2, "manager": 1},
}
"""How often each role is played, by scenario. As ``mario``, every operation gets about as many requests."""

STOVES: Final = 4
"""Orders cooked at once: one fewer than the kitchen takes, so that it is rarely at capacity."""

_VISITS: Final = ("visit",) * 20  # an order placed, cooked and completed
_LOOKS: Final = (
    *("ready orders",) * 75,
    *("tour",) * 79,
    *("active orders",) * 2,
)

REFERENCE_NAME: Final = "reference"

NAMES: Final = (*MIXES, REFERENCE_NAME)


def reference(part: int, parts: int) -> tuple[str, ...]:
    """What one of several processes makes of the reference run, whose numbers are known beforehand.

    No more processes cook than there are stoves: a kitchen at capacity refuses, and the numbers are others.
    """
    cooks = min(parts, STOVES)
    visits = _VISITS[part::cooks] if part < cooks else ()
    return (*visits, *_LOOKS[part::parts])


def stoves(processes: int) -> int:
    """How many each of several processes has: at least one."""
    return max(STOVES // processes, 1)
