"""What the roles at Mario's do: customer, kitchen, courier and manager."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import scenarios
from locust import TaskSet, tag, task
from locust.exception import StopUser
from mario_steps import ACTIVE_ORDERS, CONFIRMED_ORDERS, KITCHEN_STATUS
from order_tracker import Stage

if TYPE_CHECKING:
    from mario_user import MarioUser


class Journeys(TaskSet):
    """The roles, with the weights of the scenario."""

    user: MarioUser

    def get_next_task(self) -> Any:  # noqa: ANN401 - Locust gives tasks no type
        """Draw a task from the user's own random stream, or take the next of a fixed number of journeys.

        Raises:
            StopUser: All fixed journeys have been taken.
        """
        if not self.user.has_fixed_journeys:
            return self.user.random.choice(self._weighted_tasks)
        if (journey := self.user.next_journey()) is None:
            raise StopUser
        return REFERENCE[journey]

    @cached_property
    def _weighted_tasks(self) -> list[Any]:
        """Each task that tags do not exclude, repeated by the weight of its role."""
        weights = scenarios.MIXES[self.user.scenario]
        return [role for role in self.tasks for _ in range(weights.get(getattr(role, "__name__", ""), 0))]

    @tag("customer")
    @task(1)
    def customer(self) -> None:
        """Read the menu, order, and look at the order. With enough active orders, only look at one."""
        user = self.user
        user.read_menu()
        user.think()
        order = user.order_and_track() or user.any_order()
        if order is None:
            return
        user.think()
        user.look_at(order)

    @tag("kitchen")
    @task(1)
    def kitchen(self) -> None:
        """Look at the kitchen, and cook the oldest order."""
        user = self.user
        user.session.step(KITCHEN_STATUS, "/api/kitchen/status")
        user.think()
        order = user.orders.oldest_at(Stage.CONFIRMED, Stage.COOKING)
        if order is None and (order := user.order_and_track()):
            user.think()
        if order is not None:
            user.cook(order)

    @tag("courier")
    @task(1)
    def courier(self) -> None:
        """Look at the ready orders, and deliver the oldest one."""
        user = self.user
        user.look_at_ready_orders()
        user.think()
        order = user.orders.oldest_at(Stage.READY, Stage.DELIVERING)
        if order is not None:
            user.assign(order)
            user.think()
        user.look_at_tour()
        if order is not None:
            user.think()
            user.deliver(order)

    @tag("manager")
    @task(1)
    def manager(self) -> None:
        """Look at the active orders, and at the orders that wait for the kitchen."""
        user = self.user
        user.session.step(ACTIVE_ORDERS, "/api/orders/")
        user.think()
        user.session.step(CONFIRMED_ORDERS, "/api/orders/?status=confirmed")


def visit(role: Journeys) -> None:
    """Place, cook and complete an order."""
    if order := role.user.place_order():
        role.user.cook(order)


def look_at_ready_orders(role: Journeys) -> None:
    """Look at the ready orders."""
    role.user.look_at_ready_orders()


def look_at_tour(role: Journeys) -> None:
    """Look at the courier's tour."""
    role.user.look_at_tour()


def look_at_active_orders(role: Journeys) -> None:
    """Look at the active orders."""
    role.user.session.step(ACTIVE_ORDERS, "/api/orders/")


REFERENCE: Final = {
    "visit": visit,
    "ready orders": look_at_ready_orders,
    "tour": look_at_tour,
    "active orders": look_at_active_orders,
}
"""The journeys of the reference run."""
