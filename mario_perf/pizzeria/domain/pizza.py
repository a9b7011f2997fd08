"""Pizzas and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mario_perf.pizzeria.domain.domain_errors import InvalidPizzaError
from mario_perf.pizzeria.domain.money import round_to_cents

TOPPING_PRICE = Decimal("1.50")


class Size(StrEnum):
    """How large a pizza is."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


FACTORS = {Size.SMALL: Decimal("1.0"), Size.MEDIUM: Decimal("1.3"), Size.LARGE: Decimal("1.6")}


@dataclass(frozen=True, slots=True)
class Pizza:
    """A pizza on the menu or in an order."""

    id: str
    name: str
    size: Size
    toppings: tuple[str, ...]
    base_price: Decimal

    def __post_init__(self) -> None:
        if self.base_price <= 0:
            raise InvalidPizzaError(f"Price of {self.name} must be above 0, not {self.base_price}")

    @property
    def total_price(self) -> Decimal:
        """Base price by size, and each topping; to the cent."""
        return round_to_cents(self.base_price * FACTORS[self.size] + TOPPING_PRICE * len(self.toppings))


def size_of(name: str) -> Size:
    """The size of this name, in any case.

    Raises:
        InvalidPizzaError: there is no such size.
    """
    try:
        return Size(name.lower())
    except ValueError:
        raise InvalidPizzaError(f"Unknown size {name}: small, medium or large") from None
