"""An order, and the way it goes: confirmed, cooking, ready, delivering, delivered; or cancelled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from mario_perf.pizzeria.domain.domain_errors import EmptyOrderError, TransitionError

if TYPE_CHECKING:
    from mario_perf.pizzeria.domain.pizza import Pizza


class Status(StrEnum):
    """Where an order stands."""

    CONFIRMED = "confirmed"
    COOKING = "cooking"
    READY = "ready"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


PROMISED_TIME = timedelta(minutes=30)
"""From order to door: what Mario's sign says."""

ACTIVE = (Status.CONFIRMED, Status.COOKING, Status.READY, Status.DELIVERING)


class Payment(StrEnum):
    """How an order is paid."""

    CASH = "cash"
    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who ordered; known again by the phone number."""

    name: str
    phone: str
    address: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered, by whom, and how far it is."""

    id: str
    customer: Customer
    pizzas: tuple[Pizza, ...]
    payment: Payment
    ordered_at: datetime
    status: Status = Status.CONFIRMED
    notes: str | None = None
    cooking_started_at: datetime | None = None
    ready_at: datetime | None = None
    delivered_at: datetime | None = None
    delivery_person_id: str | None = None

    def __post_init__(self) -> None:
        if not self.pizzas:
            raise EmptyOrderError

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return sum((pizza.total_price for pizza in self.pizzas), Decimal(0))

    @property
    def delivery_time(self) -> timedelta | None:
        """From order to door; None until it is there."""
        return None if self.delivered_at is None else self.delivered_at - self.ordered_at

    def start_cooking(self, now: datetime) -> Order:
        """Into the oven."""
        self._must_be(Status.CONFIRMED, "Only confirmed orders can start cooking")
        return replace(self, status=Status.COOKING, cooking_started_at=now)

    def mark_ready(self, now: datetime) -> Order:
        """Out of the oven."""
        self._must_be(Status.COOKING, "Only cooking orders can be marked ready")
        return replace(self, status=Status.READY, ready_at=now)

    def assign(self, delivery_person_id: str) -> Order:
        """On the way with a courier."""
        self._must_be(Status.READY, "Only ready orders can be assigned to delivery")
        return replace(self, status=Status.DELIVERING, delivery_person_id=delivery_person_id)

    def deliver(self, now: datetime) -> Order:
        """At the door."""
        self._must_be(Status.DELIVERING, "Only orders on delivery can be delivered")
        return replace(self, status=Status.DELIVERED, delivered_at=now)

    def cancel(self) -> Order:
        """Called off, while nothing was cooked."""
        self._must_be(Status.CONFIRMED, "Only confirmed orders can be cancelled")
        return replace(self, status=Status.CANCELLED)

    def _must_be(self, status: Status, otherwise: str) -> None:
        if self.status is not status:
            raise TransitionError(otherwise)
