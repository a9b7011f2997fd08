"""A user at Mario's Pizzeria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import scenarios
from journeys import Journeys
from mario_steps import (
    ASSIGN_COURIER,
    DELIVERED,
    LOOK_AT_ORDER,
    LOOK_AT_TOUR,
    MARK_READY,
    NEUROGLIA_READY_ORDERS,
    PLACE_ORDER,
    READ_MENU,
    READY_ORDERS,
    START_COOKING,
)
from order_tracker import Order, OrderTracker, Stage
from quota import Quota

from mario_perf import Answer, MeasuredUser, Side, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZES: Final = ("small", "medium", "large")
_TOPPINGS: Final = ("basil", "olives", "mushrooms", "extra cheese")
_PAYMENTS: Final = ("cash", "credit_card", "debit_card")
_MAXIMUM_PIZZAS: Final = 3


class MarioUser(MeasuredUser):
    """Plays each role in turn, and carries its own orders through all of them.

    It draws from a random stream of its own. So what it sends depends on the seed and its index, not on when
    responses come.
    """

    tasks = [Journeys]  # noqa: RUF012 - Locust reads and replaces it
    scenarios = scenarios.NAMES

    _stoves = Quota()

    @classmethod
    def journeys(cls, scenario: str, part: int, parts: int) -> Sequence[str]:
        """The journeys of the reference scenario; see the base class."""
        return scenarios.reference(part, parts) if scenario == scenarios.REFERENCE_NAME else ()

    def get_ready(self) -> None:
        """Prepare an empty order tracker. Fixed journeys do not read the menu, so read it here for them."""
        self.courier = f"d{self.index}"
        self._customer = _customer(self.index)
        self._menu: list[str] = []
        self.orders = OrderTracker()
        if self.has_fixed_journeys:
            self.read_menu()

    def read_menu(self) -> None:
        """Read the menu. Keep the first one for orders: only the pizzas that each side of a duet has."""
        answers = self.session.step(READ_MENU, "/api/menu/")
        if not self._menu:
            menus = [_names(answers[side]) for side in self.session.sides if side in answers]
            self._menu = [name for name in menus[0] if all(name in menu for menu in menus)] if menus else []

    def order_and_track(self) -> Order | None:
        """Order some pizzas, and track the order; None with enough active orders."""
        order = self.place_order() if self.orders.has_room else None
        if order is not None:
            self.orders.add(order)
        return order

    def place_order(self) -> Order | None:
        """Order some pizzas; None without a menu, or when no side accepted the order."""
        if not self._menu:
            self.read_menu()
        if not self._menu:
            return None
        answers = self.session.step(PLACE_ORDER, "/api/orders/", self._order_body())
        ids = {side: id_ for side, answer in answers.items() if (id_ := _text(answer, "id"))}
        if not ids:
            return None
        return Order(ids)

    def any_order(self) -> Order | None:
        """A random active order, or None."""
        active = self.orders.active
        return self.random.choice(active) if active else None

    def look_at(self, order: Order) -> None:
        """Read the status of an order, and track it: the response to an earlier step may have been lost."""
        answers = self.session.step(LOOK_AT_ORDER, lambda side: _path("/api/orders/{}", order.id_on(side)))
        for side, answer in answers.items():
            if answer.status == 404:  # noqa: PLR2004 - the order is gone
                order.end(side)
            else:
                order.update(side, _text(answer, "status"))

    def cook(self, order: Order) -> None:
        """Start cooking and mark ready, back to back. When the kitchen is at capacity, the order waits."""
        with self.session.together(), self._stoves.place(scenarios.stoves(self.processes)):
            self._advance(START_COOKING, order, "/api/orders/{}/cook", Stage.CONFIRMED, Stage.COOKING)
            self._advance(MARK_READY, order, "/api/orders/{}/ready", Stage.COOKING, Stage.READY)

    def look_at_ready_orders(self) -> None:
        """Look at the orders that wait for a courier."""
        step = NEUROGLIA_READY_ORDERS if self._on_neuroglia else READY_ORDERS
        self.session.step(step, "/api/delivery/ready")

    def look_at_tour(self) -> None:
        """Look at the courier's tour, if the service shows tours."""
        if not self._on_neuroglia:
            self.session.step(LOOK_AT_TOUR, f"/api/delivery/tour?delivery_person_id={self.courier}")

    def assign(self, order: Order) -> None:
        """Assign a ready order to the courier."""
        path, body = "/api/delivery/{}/assign", {"delivery_person_id": self.courier}
        self._advance(ASSIGN_COURIER, order, path, Stage.READY, Stage.DELIVERING, body)

    def deliver(self, order: Order) -> None:
        """Deliver an order, on the sides where it is on tour. It ends there even if this is not possible."""
        touring = [side for side in self.session.sides if order.id_on(side, Stage.DELIVERING)]
        answers = {} if self._on_neuroglia else self._send_delivered(order)
        for side in touring:
            answer = answers.get(side)
            if answer is None or answer.ok or answer.refused:
                order.end(side)

    @property
    def _on_neuroglia(self) -> bool:
        return self.scenario == scenarios.NEUROGLIA

    def _send_delivered(self, order: Order) -> dict[Side, Answer]:
        return self.session.step(
            DELIVERED,
            lambda side: _path("/api/orders/{}/status", order.id_on(side, Stage.DELIVERING)),
            {"status": "delivered"},
        )

    def _advance(
        self,
        step: Step,
        order: Order,
        path: str,
        source: Stage,
        goal: Stage,
        body: dict[str, str] | None = None,
    ) -> None:
        """Move an order from the source stage to the goal, on the sides where it is at the source.

        Where the step is refused, and not for a reason that passes, the order ends.
        """
        answers = self.session.step(step, lambda side: _path(path, order.id_on(side, source)), body)
        for side, answer in answers.items():
            if answer.ok:
                order.move(side, goal)
            elif answer.refused and answer.status not in step.business:
                order.end(side)

    def _order_body(self) -> dict[str, Any]:
        draw = self.random
        pizzas = [
            {
                "name": draw.choice(self._menu),
                "size": draw.choice(_SIZES),
                "toppings": draw.sample(_TOPPINGS, draw.randrange(3)),
            }
            for _ in range(draw.randint(1, _MAXIMUM_PIZZAS))
        ]
        return {**self._customer, "pizzas": pizzas, "payment_method": draw.choice(_PAYMENTS)}


def _customer(index: int) -> dict[str, str]:
    return {
        "customer_name": f"Customer {index}",
        "customer_phone": f"+1555{index:07}",
        "customer_address": f"{index} Test Street",
    }


def _path(template: str, order_id: str | None) -> str | None:
    return None if order_id is None else template.format(order_id)


def _names(menu: Answer) -> list[str]:
    pizzas = menu.json()
    if not isinstance(pizzas, list):
        return []
    return [
        pizza["name"] for pizza in pizzas if isinstance(pizza, dict) and isinstance(pizza.get("name"), str)
    ]


def _text(answer: Answer, field: str) -> str | None:
    body = answer.json()
    value = body.get(field) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
