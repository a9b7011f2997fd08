"""Orders by status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.domain_errors import UnknownStatusError
from mario_perf.pizzeria.domain.order import Order, Status

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


MAX_ORDERS = 1000
"""Orders in one answer unless it is said otherwise; delivered ones are never-ending."""


@dataclass(frozen=True, slots=True)
class GetOrdersByStatusQuery(Query[tuple[Order, ...]]):
    """The oldest in any of these statuses, named as they were asked for."""

    statuses: tuple[str, ...]
    limit: int = MAX_ORDERS


@dataclass(frozen=True, slots=True)
class GetOrdersByStatusHandler:
    """Reads them."""

    orders: Orders

    async def handle_async(self, request: GetOrdersByStatusQuery) -> tuple[Order, ...]:
        """Orders in the statuses, oldest first.

        Raises:
            UnknownStatusError: there is no such status.
        """
        return self.orders.with_status(*map(_status, request.statuses), limit=request.limit)


def _status(name: str) -> Status:
    try:
        return Status(name.lower())
    except ValueError:
        raise UnknownStatusError(name) from None
