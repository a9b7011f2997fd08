"""Money: a decimal in the service, whole cents where it is kept."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def round_to_cents(amount: Decimal) -> Decimal:
    """To the cent, half a cent up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_cents(amount: Decimal) -> int:
    """Whole cents of an amount."""
    return int(round_to_cents(amount).scaleb(2))


def from_cents(cents: int) -> Decimal:
    """The amount, with its two decimals."""
    return Decimal(cents).scaleb(-2)
