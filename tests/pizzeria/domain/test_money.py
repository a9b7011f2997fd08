from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.domain.money import from_cents, round_to_cents, to_cents


def test_half_a_cent_goes_up() -> None:
    assert round_to_cents(Decimal("0.005")) == Decimal("0.01")
    assert round_to_cents(Decimal("2.344999")) == Decimal("2.34")


def test_an_amount_keeps_its_two_decimals() -> None:
    assert str(from_cents(1350)) == "13.50"
    assert str(round_to_cents(Decimal(7))) == "7.00"


@given(st.integers(0, 10**9))
def test_cents_survive_the_way_there_and_back(cents: int) -> None:
    assert to_cents(from_cents(cents)) == cents
