"""The orders that one user has under way, and how far each has come on each side. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mario_perf.run_record import Side

MOST_ACTIVE: Final = 3
"""Orders a user has under way at most, so that the service's active orders stay bounded."""


class Stage(StrEnum):
    """Where an active order is, in the service's words."""

    CONFIRMED = "confirmed"
    COOKING = "cooking"
    READY = "ready"
    DELIVERING = "delivering"


_STAGES: Final = {stage.value: stage for stage in Stage}
_OVER: Final = frozenset({"delivered", "cancelled"})


class Order:
    """One order: in a duet each side knows it by an id of its own, and may have come further or less far."""

    __slots__ = ("_sides",)

    def __init__(self, ids: dict[Side, str]) -> None:
        self._sides: dict[Side, tuple[str, Stage]] = {
            side: (id_, Stage.CONFIRMED) for side, id_ in ids.items()
        }

    @property
    def active(self) -> bool:
        """Whether some side still has it under way."""
        return bool(self._sides)

    def id_on(self, side: Side, stage: Stage | None = None) -> str | None:
        """Its id on a side where it is active (and at this stage), else None."""
        known = self._sides.get(side)
        if known is None or (stage is not None and known[1] is not stage):
            return None
        return known[0]

    def is_at(self, *stages: Stage) -> bool:
        """Whether it is at one of the stages on some side."""
        return any(stage in stages for _, stage in self._sides.values())

    def move(self, side: Side, stage: Stage) -> None:
        """It has come to a stage on this side."""
        self._sides[side] = (self._sides[side][0], stage)

    def end(self, side: Side) -> None:
        """It is over on this side."""
        self._sides.pop(side, None)

    def believe(self, side: Side, status: str | None) -> None:
        """Take the service's word for where it is; a word that we do not know changes nothing."""
        if status in _OVER:
            self.end(side)
        elif side in self._sides and status in _STAGES:
            self.move(side, _STAGES[status])


class OrderBook:
    """A user's active orders, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    @property
    def orders(self) -> list[Order]:
        """Those that are active on some side."""
        self._orders = [order for order in self._orders if order.active]
        return self._orders

    @property
    def has_room(self) -> bool:
        """Whether another order may be placed."""
        return len(self.orders) < MOST_ACTIVE

    def add(self, order: Order) -> None:
        """Keep a new order.

        Raises:
            ValueError: There is no room.
        """
        if not self.has_room:
            raise ValueError(f"a user has at most {MOST_ACTIVE} active orders")
        self._orders.append(order)

    def oldest_at(self, *stages: Stage) -> Order | None:
        """The oldest order that is at one of the stages on some side."""
        return next((order for order in self.orders if order.is_at(*stages)), None)
