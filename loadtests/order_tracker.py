"""Tracks the active orders of one user, and the stage of each on each side. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mario_perf import Side

MAXIMUM_ACTIVE: Final = 3
"""Active orders of a user at most, so that the service's active orders stay bounded."""


class Stage(StrEnum):
    """The stage of an active order, by the service's names."""

    CONFIRMED = "confirmed"
    COOKING = "cooking"
    READY = "ready"
    DELIVERING = "delivering"


_STAGES: Final = {stage.value: stage for stage in Stage}
_FINAL: Final = frozenset({"delivered", "cancelled"})


class Order:
    """One order. In a duet, each side has its own id for it, and its own stage."""

    __slots__ = ("_sides",)

    def __init__(self, ids: dict[Side, str]) -> None:
        self._sides: dict[Side, tuple[str, Stage]] = {
            side: (id_, Stage.CONFIRMED) for side, id_ in ids.items()
        }

    @property
    def active(self) -> bool:
        """Whether it is active on some side."""
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
        """Set its stage on this side."""
        self._sides[side] = (self._sides[side][0], stage)

    def end(self, side: Side) -> None:
        """End it on this side."""
        self._sides.pop(side, None)

    def update(self, side: Side, status: str | None) -> None:
        """Set its stage by the service's status. An unknown status changes nothing."""
        if status in _FINAL:
            self.end(side)
        elif side in self._sides and status in _STAGES:
            self.move(side, _STAGES[status])


class OrderTracker:
    """A user's active orders, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    @property
    def active(self) -> list[Order]:
        """The orders that are active on some side."""
        self._orders = [order for order in self._orders if order.active]
        return self._orders

    @property
    def has_room(self) -> bool:
        """Whether another order may be placed."""
        return len(self.active) < MAXIMUM_ACTIVE

    def add(self, order: Order) -> None:
        """Track a new order.

        Raises:
            ValueError: The user has enough active orders.
        """
        if not self.has_room:
            raise ValueError(f"a user has at most {MAXIMUM_ACTIVE} active orders")
        self._orders.append(order)

    def oldest_at(self, *stages: Stage) -> Order | None:
        """The oldest order that is at one of the stages on some side."""
        return next((order for order in self.active if order.is_at(*stages)), None)
