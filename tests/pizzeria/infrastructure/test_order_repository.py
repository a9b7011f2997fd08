import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mario_perf.pizzeria.domain.domain_errors import OrderNotFoundError
from mario_perf.pizzeria.domain.order import Customer, Order, Payment, Status
from mario_perf.pizzeria.domain.pizza import Pizza, Size
from mario_perf.pizzeria.infrastructure import order_repository
from mario_perf.pizzeria.infrastructure.order_repository import Orders

NOW = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
PIZZAS = (
    Pizza("1", "Margherita", Size.LARGE, ("basil",), Decimal("12.99")),
    Pizza("2", "Supreme", Size.SMALL, (), Decimal("17.90")),
)
ORDER = Order(
    "o", Customer("Ada", "+15550000001", "1 Test Street", "a@b.c"), PIZZAS, Payment.CASH, NOW, notes="x"
)


@pytest.fixture
def kept(connection: sqlite3.Connection) -> Orders:
    return Orders(connection)


def placed(kept: Orders, *statuses: Status) -> None:
    """One order in each of the statuses, with ids 0, 1, 2 …"""
    for number, status in enumerate(statuses):
        order = replace(ORDER, id=str(number))
        kept.add(order)
        kept.save(replace(order, status=status, delivery_person_id="d1"))


def ids(found: tuple[Order, ...]) -> str:
    return "".join(order.id for order in found)


def test_an_order_comes_back_as_it_was_placed(kept: Orders) -> None:
    kept.add(ORDER)
    assert kept.get("o") == ORDER


def test_how_far_an_order_is_comes_back_too(kept: Orders) -> None:
    kept.add(ORDER)
    delivered = ORDER.start_cooking(NOW).mark_ready(NOW).assign("d1").deliver(NOW)
    kept.save(delivered)
    assert kept.get("o") == delivered


def test_an_order_that_nobody_placed_is_not_found(kept: Orders) -> None:
    with pytest.raises(OrderNotFoundError, match="nope"):
        kept.get("nope")


def test_lists_are_by_status_and_oldest_first(kept: Orders) -> None:
    placed(kept, *Status, *Status)  # confirmed cooking ready delivering delivered cancelled, twice
    assert ids(kept.active()) == "01236789"
    assert ids(kept.with_status(Status.READY, limit=10)) == "28"
    assert ids(kept.with_status(Status.COOKING, Status.CONFIRMED, limit=10)) == "0167"
    assert ids(kept.with_status(Status.COOKING, Status.CONFIRMED, limit=3)) == "016"
    assert ids(kept.on_tour("d1")) == "39"
    assert ids(kept.on_tour("d2")) == ""
    assert kept.count(Status.DELIVERED) == 2


def test_a_customer_is_known_by_phone(kept: Orders) -> None:
    assert not kept.knows(ORDER.customer.phone)
    kept.add(ORDER)
    assert kept.knows(ORDER.customer.phone)
    assert not kept.knows("+15550000002")


@pytest.mark.parametrize(
    ("query", "parameters", "indexes"),
    [
        (order_repository.BY_ID, 1, ["sqlite_autoindex_orders_1"]),
        (order_repository.ALL_ACTIVE, 0, ["orders_active"]),
        (order_repository.by_statuses(1), 2, ["orders_by_status"]),
        (order_repository.by_statuses(2), 3, ["orders_by_status", "orders_by_status"]),
        (order_repository.ON_TOUR, 1, ["orders_on_tour"]),
        (order_repository.COUNT, 1, ["orders_by_status"]),
        (order_repository.BY_PHONE, 1, ["orders_by_phone"]),
        (order_repository.PIZZAS, 1, ["PRIMARY KEY"]),
    ],
)
def test_a_query_reads_an_index_and_sorts_nothing(
    connection: sqlite3.Connection, query: str, parameters: int, indexes: list[str]
) -> None:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query}", ["x"] * parameters)
    plan = [row["detail"] for row in rows]
    touching = [line for line in plan if " orders" in line or " order_pizzas" in line]
    assert len(touching) == len(indexes), plan
    for line, index in zip(touching, indexes, strict=True):
        assert index in line
    assert not [line for line in plan if "TEMP B-TREE" in line], plan


def test_a_query_costs_what_it_returns_however_many_orders_there_were(
    kept: Orders, connection: sqlite3.Connection
) -> None:
    placed(kept, Status.CONFIRMED, Status.DELIVERING, *[Status.DELIVERED] * 500)
    steps = 0

    def counted() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(counted, 1)  # called at every step of SQLite's virtual machine
    for found in (
        kept.active(),
        kept.on_tour("d1"),
        kept.with_status(Status.CONFIRMED, Status.COOKING, limit=9),
    ):
        assert 1 <= len(found) <= 2
    connection.set_progress_handler(None, 0)
    assert steps < 1000
