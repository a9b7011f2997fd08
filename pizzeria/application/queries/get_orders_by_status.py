"""Orders in one status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pizzeria.cqrs.requests import Query
from pizzeria.domain.errors import UnknownStatusError
from pizzeria.domain.order import Order, Status

if TYPE_CHECKING:
    from pizzeria.infrastructure.orders import Orders


@dataclass(frozen=True, slots=True)
class GetOrdersByStatusQuery(Query[tuple[Order, ...]]):
    """All in this status, as it was asked for."""

    status: str


@dataclass(frozen=True, slots=True)
class GetOrdersByStatusHandler:
    """Reads them."""

    orders: Orders

    async def handle_async(self, request: GetOrdersByStatusQuery) -> tuple[Order, ...]:
        """Orders in the status, oldest first, a thousand at most.

        Raises:
            UnknownStatusError: there is no such status.
        """
        try:
            status = Status(request.status.lower())
        except ValueError:
            raise UnknownStatusError(request.status) from None
        return self.orders.with_status(status)
