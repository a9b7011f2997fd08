"""What people do at Mario's: customers, the kitchen, couriers and the manager.

Every user carries orders of its own through all the roles, and draws from a random stream that is derived
from the seed and its index: what a user asks for depends on those, not on when the answers come.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import scenarios
from locust import TaskSet, tag, task
from locust.exception import StopUser
from order_tracker import Order, OrderBook, Stage
from quota import Quota

from mario_perf import Answer, MeasuredUser, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.run_record import Side

READ_MENU: Final = Step("read menu", "GetMenuQuery", "GET")
PLACE_ORDER: Final = Step("place order", "PlaceOrderCommand", "POST")
LOOK_AT_ORDER: Final = Step("look at order", "GetOrderByIdQuery", "GET")
KITCHEN_STATUS: Final = Step("kitchen status", "GetKitchenStatusQuery", "GET")
# The order is known to be confirmed, so a 400 can only say that the kitchen is at capacity.
START_COOKING: Final = Step("start cooking", "StartCookingCommand", "PUT", business=frozenset({400}))
MARK_READY: Final = Step("mark ready", "CompleteOrderCommand", "PUT")
READY_ORDERS: Final = Step("ready orders", "GetDeliveryOrdersQuery", "GET")
ASSIGN_COURIER: Final = Step("assign courier", "AssignOrderToDeliveryCommand", "POST")
LOOK_AT_TOUR: Final = Step("look at tour", "GetDeliveryTourQuery", "GET", tag="tour")
DELIVERED: Final = Step("delivered", "UpdateOrderStatusCommand", "PUT", tag="delivered")
ACTIVE_ORDERS: Final = Step("active orders", "GetActiveOrdersQuery", "GET")
CONFIRMED_ORDERS: Final = Step("confirmed orders", "GetOrdersByStatusQuery", "GET")

_SIZES: Final = ("small", "medium", "large")
_TOPPINGS: Final = ("basil", "olives", "mushrooms", "extra cheese")
_PAYMENTS: Final = ("cash", "credit_card", "debit_card")
_MOST_PIZZAS: Final = 3


class Journeys(TaskSet):
    """The roles, played as often as the scenario says."""

    user: MarioUser

    def get_next_task(self) -> Any:  # noqa: ANN401 - a task is whatever Locust can execute
        """One of the tasks, drawn from the user's own random stream; of a plan the next.

        Raises:
            StopUser: All journeys of the plan have been dealt.
        """
        if not self.user.has_plan:
            return self.user.random.choice(self._drawn_from)
        if (journey := self.user.next_journey()) is None:
            raise StopUser
        return REFERENCE[journey]

    @cached_property
    def _drawn_from(self) -> list[Any]:
        """The tasks that tags have left, each as often as its role has weight."""
        weights = scenarios.MIXES[self.user.scenario]
        return [each for each in self.tasks for _ in range(weights.get(getattr(each, "__name__", ""), 0))]

    @tag("customer")
    @task(1)
    def customer(self) -> None:
        """Read the menu, order, and look at the order; with enough under way, only look at one."""
        user = self.user
        user.read_menu()
        user.think()
        order = user.take_on_order() or user.any_order()
        if order is None:
            return
        user.think()
        user.look_at(order)

    @tag("kitchen")
    @task(1)
    def kitchen(self) -> None:
        """See what the kitchen does, and cook the oldest order."""
        user = self.user
        user.session.step(KITCHEN_STATUS, "/api/kitchen/status")
        user.think()
        order = user.book.oldest_at(Stage.CONFIRMED, Stage.COOKING)
        if order is None and (order := user.take_on_order()):
            user.think()
        if order is not None:
            user.cook(order)

    @tag("courier")
    @task(1)
    def courier(self) -> None:
        """See what is ready, take the oldest order on tour, and deliver it."""
        user = self.user
        user.session.step(READY_ORDERS, "/api/delivery/ready")
        user.think()
        order = user.book.oldest_at(Stage.READY, Stage.DELIVERING)
        if order is not None:
            user.assign(order)
            user.think()
        user.session.step(LOOK_AT_TOUR, f"/api/delivery/tour?delivery_person_id={user.courier}")
        if order is not None:
            user.think()
            user.deliver(order)

    @tag("manager")
    @task(1)
    def manager(self) -> None:
        """See what is going on, and what nobody has started yet."""
        user = self.user
        user.session.step(ACTIVE_ORDERS, "/api/orders/")
        user.think()
        user.session.step(CONFIRMED_ORDERS, "/api/orders/?status=confirmed")


def visit(role: Journeys) -> None:
    """An order is placed, cooked and completed."""
    if order := role.user.place_order():
        role.user.cook(order)


def look_at_ready_orders(role: Journeys) -> None:
    """The courier looks what is ready."""
    role.user.session.step(READY_ORDERS, "/api/delivery/ready")


def look_at_tour(role: Journeys) -> None:
    """The courier looks at the tour."""
    role.user.session.step(LOOK_AT_TOUR, f"/api/delivery/tour?delivery_person_id={role.user.courier}")


def look_at_active_orders(role: Journeys) -> None:
    """The manager looks at what is going on."""
    role.user.session.step(ACTIVE_ORDERS, "/api/orders/")


REFERENCE: Final = {
    "visit": visit,
    "ready orders": look_at_ready_orders,
    "tour": look_at_tour,
    "active orders": look_at_active_orders,
}
"""The journeys of the reference run."""


class MarioUser(MeasuredUser):
    """Somebody at Mario's, who plays every role in turn."""

    tasks = [Journeys]  # noqa: RUF012 - Locust reads and replaces it
    scenarios = scenarios.NAMES

    _stoves = Quota()

    @classmethod
    def journeys(cls, scenario: str, part: int, parts: int) -> Sequence[str]:
        """Those of the reference run."""
        return scenarios.reference(part, parts) if scenario == scenarios.REFERENCE_NAME else ()

    def get_ready(self) -> None:
        """Come in; for a plan with the menu read, which is none of its journeys."""
        self.courier = f"d{self.index}"
        self._customer = _customer(self.index)
        self._pizzas: list[str] = []
        self.book = OrderBook()
        if self.has_plan:
            self.read_menu()

    def read_menu(self) -> None:
        """Read the menu. What is ordered comes from the first menu that was read, on every side of a duet."""
        answers = self.session.step(READ_MENU, "/api/menu/")
        if not self._pizzas:
            menus = [_names(answers[side]) for side in self.session.sides if side in answers]
            self._pizzas = [name for name in menus[0] if all(name in menu for menu in menus)] if menus else []

    def take_on_order(self) -> Order | None:
        """Order some pizzas, and see to what becomes of them; None with enough under way already."""
        order = self.place_order() if self.book.has_room else None
        if order is not None:
            self.book.add(order)
        return order

    def place_order(self) -> Order | None:
        """Order some pizzas; None without a menu, or when no side took the order."""
        if not self._pizzas:
            self.read_menu()
        if not self._pizzas:
            return None
        answers = self.session.step(PLACE_ORDER, "/api/orders/", self._order_body())
        ids = {side: id_ for side, answer in answers.items() if (id_ := _text(answer, "id"))}
        if not ids:
            return None
        return Order(ids)

    def any_order(self) -> Order | None:
        """One of the active orders, or None."""
        orders = self.book.orders
        return self.random.choice(orders) if orders else None

    def look_at(self, order: Order) -> None:
        """Ask where an order is, and believe the answer: an answer to an earlier step may have been lost."""
        answers = self.session.step(LOOK_AT_ORDER, lambda side: _path("/api/orders/{}", order.id_on(side)))
        for side, answer in answers.items():
            if answer.status == 404:  # noqa: PLR2004 - not there any more
                order.end(side)
            else:
                order.believe(side, _text(answer, "status"))

    def cook(self, order: Order) -> None:
        """Start cooking and mark ready, back to back. A kitchen at capacity leaves the order for later."""
        with self.session.together(), self._stoves.place(scenarios.stoves(self.processes)):
            self._advance(START_COOKING, order, "/api/orders/{}/cook", Stage.CONFIRMED, Stage.COOKING)
            self._advance(MARK_READY, order, "/api/orders/{}/ready", Stage.COOKING, Stage.READY)

    def assign(self, order: Order) -> None:
        """Give a ready order to the courier."""
        path, body = "/api/delivery/{}/assign", {"delivery_person_id": self.courier}
        self._advance(ASSIGN_COURIER, order, path, Stage.READY, Stage.DELIVERING, body)

    def deliver(self, order: Order) -> None:
        """Hand it over, where it is on tour."""
        answers = self.session.step(
            DELIVERED,
            lambda side: _path("/api/orders/{}/status", order.id_on(side, Stage.DELIVERING)),
            {"status": "delivered"},
        )
        for side, answer in answers.items():
            if answer.ok:
                order.end(side)

    def _advance(
        self,
        step: Step,
        order: Order,
        path: str,
        source: Stage,
        goal: Stage,
        body: dict[str, str] | None = None,
    ) -> None:
        """Move an order from one stage to the next, on the sides where it is at the first."""
        answers = self.session.step(step, lambda side: _path(path, order.id_on(side, source)), body)
        for side, answer in answers.items():
            if answer.ok:
                order.move(side, goal)

    def _order_body(self) -> dict[str, Any]:
        draw = self.random
        pizzas = [
            {
                "name": draw.choice(self._pizzas),
                "size": draw.choice(_SIZES),
                "toppings": draw.sample(_TOPPINGS, draw.randrange(3)),
            }
            for _ in range(draw.randint(1, _MOST_PIZZAS))
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
    value: Side | Any = body.get(field) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
