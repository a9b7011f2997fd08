"""What can go wrong in the pizzeria. The category of an error is its type, never its words."""

from mario_perf.pizzeria.cqrs.error_categories import BusinessRuleError, NotFoundError, RequestInvalidError


class OrderNotFoundError(NotFoundError):
    """No order has this id."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"Order {order_id} not found")


class PizzaNotFoundError(NotFoundError):
    """No pizza on the menu has this id."""

    def __init__(self, pizza_id: str) -> None:
        super().__init__(f"Pizza {pizza_id} not found")


class UnknownPizzaError(RequestInvalidError):
    """An order names a pizza that is not on the menu."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Pizza {name} is not on the menu")


class UnknownStatusError(RequestInvalidError):
    """A filter or a transition names a status that does not exist."""

    def __init__(self, status: str) -> None:
        super().__init__(f"Unknown or unsupported status: {status}")


class InvalidPizzaError(RequestInvalidError):
    """A pizza of a size or at a price that cannot be."""


class EmptyOrderError(RequestInvalidError):
    """An order of nothing."""

    def __init__(self) -> None:
        super().__init__("An order needs at least one pizza")


class DuplicatePizzaError(BusinessRuleError):
    """The menu already has a pizza of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Pizza {name} is already on the menu")


class TransitionError(BusinessRuleError):
    """An order is not in the state that a step needs."""


class KitchenFullError(BusinessRuleError):
    """As many orders are cooking as the kitchen holds."""

    def __init__(self) -> None:
        super().__init__("Kitchen is at capacity")
