"""The scenarios at Mario's. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NEUROGLIA: Final = "neuroglia"
"""For Mario's Pizzeria on the Neuroglia framework. It shows no tours and delivers nothing, and it finds ready
orders by another query. Load it with one user: with four its kitchen stays at capacity for good."""

MIXES: Final[Mapping[str, Mapping[str, int]]] = {
    "mario": {"customer": 1, "kitchen": 1, "courier": 1, "manager": 1},
    "read-heavy": {"customer": 2, "kitchen": 1, "courier": 2, "manager": 7},
    "write-heavy": {"kitchen": 1, "courier": 1},
    "rush-hour": {"customer": 6, "kitchen": 3, "courier": 2, "manager": 1},
    NEUROGLIA: {"customer": 1, "kitchen": 1, "courier": 1, "manager": 1},
}
"""The weight of each role, by scenario. In ``mario``, all operations get about as many requests."""

STOVES: Final = 4
"""Orders cooked at once: one fewer than the kitchen's capacity, which is then rarely reached."""

_VISITS: Final = ("visit",) * 20  # an order placed, cooked and completed
_QUERIES: Final = (
    *("ready orders",) * 75,
    *("tour",) * 79,
    *("active orders",) * 2,
)

REFERENCE_NAME: Final = "reference"

NAMES: Final = (*MIXES, REFERENCE_NAME)


def reference(part: int, parts: int) -> tuple[str, ...]:
    """The journeys of one of several processes in the reference scenario, whose counts are fixed.

    At most one process for each stove cooks: a kitchen at capacity refuses orders, which changes the counts.
    """
    cooks = min(parts, STOVES)
    visits = _VISITS[part::cooks] if part < cooks else ()
    return (*visits, *_QUERIES[part::parts])


def stoves(processes: int) -> int:
    """Stoves of each of several processes, at least one."""
    return max(STOVES // processes, 1)
