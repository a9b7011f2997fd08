"""What handlers need of the outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mario_perf.pizzeria.domain.order import Order

Clock = Callable[[], datetime]
Transaction = Callable[[], AbstractContextManager[None]]


class BusinessEvents(Protocol):
    """Hears what happened, after it happened."""

    def order_placed(self, order: Order, *, returning: bool) -> None:
        """A customer, perhaps one who was here before, ordered."""

    def order_ready(self, order: Order) -> None:
        """An order left the oven."""

    def order_delivered(self, order: Order) -> None:
        """An order is at its door."""
