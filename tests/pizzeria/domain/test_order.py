from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.domain.domain_errors import EmptyOrderError, TransitionError
from mario_perf.pizzeria.domain.order import ACTIVE, Customer, Order, Payment, Status
from mario_perf.pizzeria.domain.pizza import Pizza, Size

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = Customer("Ada", "+15550000001", "1 Test Street")
MARGHERITA = Pizza("1", "Margherita", Size.LARGE, ("basil",), Decimal("12.99"))
ORDER = Order("1", ADA, (MARGHERITA,), Payment.CASH, NOON)

STEPS: dict[str, Callable[[Order], Order]] = {
    "start_cooking": lambda order: order.start_cooking(NOON),
    "mark_ready": lambda order: order.mark_ready(NOON),
    "assign": lambda order: order.assign("d1"),
    "deliver": lambda order: order.deliver(NOON),
    "cancel": lambda order: order.cancel(),
}
ALLOWED = {
    (Status.CONFIRMED, "start_cooking"): Status.COOKING,
    (Status.CONFIRMED, "cancel"): Status.CANCELLED,
    (Status.COOKING, "mark_ready"): Status.READY,
    (Status.READY, "assign"): Status.DELIVERING,
    (Status.DELIVERING, "deliver"): Status.DELIVERED,
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", Status)
def test_a_step_is_possible_in_one_status_only(status: Status, step: str) -> None:
    order = replace(ORDER, status=status)
    if (status, step) in ALLOWED:
        assert STEPS[step](order).status is ALLOWED[status, step]
    else:
        with pytest.raises(TransitionError):
            STEPS[step](order)


@given(st.lists(st.sampled_from(sorted(STEPS))))
def test_whatever_is_tried_an_order_that_ended_stays_as_it_is(tried: list[str]) -> None:
    order = ORDER
    for step in tried:
        ended = order.status not in ACTIVE
        try:
            moved = STEPS[step](order)
        except TransitionError:
            continue
        assert not ended
        order = moved


def test_each_step_leaves_its_mark() -> None:
    later = NOON + timedelta(minutes=9)
    delivered = ORDER.start_cooking(NOON).mark_ready(later).assign("d1").deliver(later)
    assert (delivered.cooking_started_at, delivered.ready_at) == (NOON, later)
    assert (delivered.delivered_at, delivered.delivery_person_id) == (later, "d1")


def test_an_order_costs_what_its_pizzas_cost() -> None:
    assert replace(ORDER, pizzas=(MARGHERITA, MARGHERITA)).total == Decimal("44.56")


def test_nobody_orders_nothing() -> None:
    with pytest.raises(EmptyOrderError):
        replace(ORDER, pizzas=())
