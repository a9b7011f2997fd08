"""The requests that users send to Mario's Pizzeria."""

from __future__ import annotations

from typing import Final

from mario_perf import Step

READ_MENU: Final = Step("read menu", "GetMenuQuery", "GET")
PLACE_ORDER: Final = Step("place order", "PlaceOrderCommand", "POST")
LOOK_AT_ORDER: Final = Step("look at order", "GetOrderByIdQuery", "GET")
KITCHEN_STATUS: Final = Step("kitchen status", "GetKitchenStatusQuery", "GET")
# The order is confirmed, so a 400 can only mean that the kitchen is at capacity.
START_COOKING: Final = Step("start cooking", "StartCookingCommand", "PUT", business=frozenset({400}))
MARK_READY: Final = Step("mark ready", "CompleteOrderCommand", "PUT")
READY_ORDERS: Final = Step("ready orders", "GetDeliveryOrdersQuery", "GET")
NEUROGLIA_READY_ORDERS: Final = Step("ready orders", "GetOrdersByStatusQuery", "GET")
ASSIGN_COURIER: Final = Step("assign courier", "AssignOrderToDeliveryCommand", "POST")
LOOK_AT_TOUR: Final = Step("look at tour", "GetDeliveryTourQuery", "GET", tag="tour")
DELIVERED: Final = Step("delivered", "UpdateOrderStatusCommand", "PUT", tag="delivered")
ACTIVE_ORDERS: Final = Step("active orders", "GetActiveOrdersQuery", "GET")
CONFIRMED_ORDERS: Final = Step("confirmed orders", "GetOrdersByStatusQuery", "GET")
