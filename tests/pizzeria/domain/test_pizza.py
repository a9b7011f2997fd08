from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.domain.domain_errors import InvalidPizzaError
from mario_perf.pizzeria.domain.pizza import Pizza, Size, size_of

prices = st.decimals("0.01", "999.99", places=2)
toppings = st.lists(st.text(min_size=1, max_size=5), max_size=5).map(tuple)


def pizza(size: Size, extras: tuple[str, ...], price: Decimal) -> Pizza:
    return Pizza("1", "Margherita", size, extras, price)


def test_size_and_toppings_make_the_price() -> None:
    assert pizza(Size.SMALL, (), Decimal("12.99")).total_price == Decimal("12.99")
    assert pizza(Size.LARGE, ("basil",), Decimal("12.99")).total_price == Decimal("22.28")


@given(toppings, prices)
def test_a_larger_pizza_never_costs_less(extras: tuple[str, ...], price: Decimal) -> None:
    small, medium, large = (pizza(size, extras, price).total_price for size in Size)
    assert small <= medium <= large


@given(st.sampled_from(Size), toppings, prices)
def test_every_price_is_in_whole_cents_and_above_zero(
    size: Size, extras: tuple[str, ...], price: Decimal
) -> None:
    total = pizza(size, extras, price).total_price
    assert total > 0
    assert total.as_tuple().exponent == -2


@pytest.mark.parametrize("price", ["0", "-0.01"])
def test_a_pizza_costs_something(price: str) -> None:
    with pytest.raises(InvalidPizzaError, match="above 0"):
        pizza(Size.SMALL, (), Decimal(price))


def test_a_size_is_known_in_any_case() -> None:
    assert size_of("LARGE") is Size.LARGE
    with pytest.raises(InvalidPizzaError, match="giant"):
        size_of("giant")
