"""Orders, kept in the database. Each query costs what it returns, however many orders there ever were."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from mario_perf.pizzeria.domain.domain_errors import OrderNotFoundError
from mario_perf.pizzeria.domain.money import from_cents, to_cents
from mario_perf.pizzeria.domain.order import ACTIVE, Customer, Order, Payment, Status
from mario_perf.pizzeria.domain.pizza import Pizza, Size

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_ACTIVE = ", ".join(f"'{status}'" for status in ACTIVE)  # literals: a partial index serves only these

BY_ID = "SELECT * FROM orders WHERE id = ?"
# Left to itself the planner takes a range of another index for each status, and sorts.
ALL_ACTIVE = f"SELECT * FROM orders INDEXED BY orders_active WHERE status IN ({_ACTIVE}) ORDER BY number"  # noqa: S608
ON_TOUR = "SELECT * FROM orders WHERE status = 'delivering' AND delivery_person_id = ? ORDER BY number"
COUNT = "SELECT count(*) FROM orders WHERE status = ?"
PIZZAS = (
    "SELECT * FROM order_pizzas WHERE order_number IN (SELECT value FROM json_each(?))"
    " ORDER BY order_number, position"
)
BY_PHONE = "SELECT 1 FROM orders WHERE customer_phone = ? LIMIT 1"


def by_statuses(statuses: int) -> str:
    """The oldest in any of ``statuses``: a merge of index ranges, which stops at its limit."""
    ranges = " UNION ALL ".join(["SELECT * FROM orders WHERE status = ?"] * statuses)
    return f"{ranges} ORDER BY number LIMIT ?"


class Orders:
    """Every order that was ever placed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, order: Order) -> None:
        """Keep a new order."""
        cursor = self._connection.execute(
            "INSERT INTO orders (id, status, customer_name, customer_phone, customer_address, customer_email,"
            " payment, notes, ordered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order.id,
                order.status,
                order.customer.name,
                order.customer.phone,
                order.customer.address,
                order.customer.email,
                order.payment,
                order.notes,
                order.ordered_at.isoformat(),
            ),
        )
        self._connection.executemany(
            "INSERT INTO order_pizzas VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    cursor.lastrowid,
                    position,
                    p.id,
                    p.name,
                    p.size,
                    json.dumps(p.toppings),
                    to_cents(p.base_price),
                )
                for position, p in enumerate(order.pizzas)
            ],
        )

    def save(self, order: Order) -> None:
        """Keep how far an order is."""
        self._connection.execute(
            "UPDATE orders SET status = ?, cooking_started_at = ?, ready_at = ?, delivered_at = ?,"
            " delivery_person_id = ? WHERE id = ?",
            (
                order.status,
                _text(order.cooking_started_at),
                _text(order.ready_at),
                _text(order.delivered_at),
                order.delivery_person_id,
                order.id,
            ),
        )

    def get(self, order_id: str) -> Order:
        """One order.

        Raises:
            OrderNotFoundError: there is none of this id.
        """
        found = self._read(BY_ID, order_id)
        if not found:
            raise OrderNotFoundError(order_id)
        return found[0]

    def active(self) -> tuple[Order, ...]:
        """All that are not delivered or cancelled, oldest first."""
        return self._read(ALL_ACTIVE)

    def with_status(self, *statuses: Status, limit: int) -> tuple[Order, ...]:
        """The oldest in these statuses."""
        return self._read(by_statuses(len(statuses)), *statuses, limit)

    def on_tour(self, delivery_person_id: str) -> tuple[Order, ...]:
        """What a courier has to deliver, oldest first."""
        return self._read(ON_TOUR, delivery_person_id)

    def count(self, status: Status) -> int:
        """How many are in this status."""
        return int(self._connection.execute(COUNT, (status,)).fetchone()[0])

    def knows(self, phone: str) -> bool:
        """Whether somebody ordered from this number before."""
        return self._connection.execute(BY_PHONE, (phone,)).fetchone() is not None

    def _read(self, query: str, *parameters: object) -> tuple[Order, ...]:
        rows = self._connection.execute(query, parameters).fetchall()
        pizzas = self._pizzas([row["number"] for row in rows])
        return tuple(_order(row, pizzas[row["number"]]) for row in rows)

    def _pizzas(self, numbers: Sequence[int]) -> dict[int, list[Pizza]]:
        found: dict[int, list[Pizza]] = defaultdict(list)
        for row in self._connection.execute(PIZZAS, (json.dumps(numbers),)):
            found[row["order_number"]].append(_pizza(row))
        return found


def _pizza(row: sqlite3.Row) -> Pizza:
    return Pizza(
        id=row["pizza_id"],
        name=row["name"],
        size=Size(row["size"]),
        toppings=tuple(json.loads(row["toppings"])),
        base_price=from_cents(row["base_price_cents"]),
    )


def _order(row: sqlite3.Row, pizzas: Sequence[Pizza]) -> Order:
    return Order(
        id=row["id"],
        customer=Customer(
            row["customer_name"], row["customer_phone"], row["customer_address"], row["customer_email"]
        ),
        pizzas=tuple(pizzas),
        payment=Payment(row["payment"]),
        ordered_at=datetime.fromisoformat(row["ordered_at"]),
        status=Status(row["status"]),
        notes=row["notes"],
        cooking_started_at=_time(row["cooking_started_at"]),
        ready_at=_time(row["ready_at"]),
        delivered_at=_time(row["delivered_at"]),
        delivery_person_id=row["delivery_person_id"],
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
