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

REFERENCE: Final = (
    *("visit",) * 20,  # an order placed, cooked and completed
    *("ready orders",) * 75,
    *("tour",) * 79,
    *("active orders",) * 2,
)
"""The reference run: requests of each kind, in numbers that are known beforehand."""

REFERENCE_NAME: Final = "reference"

NAMES: Final = (*MIXES, REFERENCE_NAME)
