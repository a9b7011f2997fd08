"""Bodies of requests and answers. Money is a decimal string; what is null is left out."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from mario_perf.pizzeria.domain.money import round_to_cents
from mario_perf.pizzeria.domain.order import Order, Payment, Status
from mario_perf.pizzeria.domain.pizza import Pizza, Size

Text = Annotated[str, Field(min_length=1, max_length=200)]
Price = Annotated[Decimal, Field(max_digits=8, decimal_places=2), AfterValidator(round_to_cents)]
Toppings = Annotated[tuple[Text, ...], Field(max_length=20)]


class PizzaBody(BaseModel):
    """A pizza on the menu or in an order."""

    id: str
    name: str
    size: Size
    toppings: tuple[str, ...]
    base_price: Decimal
    total_price: Decimal


class OrderedPizzaBody(BaseModel):
    """One line of an order to be placed."""

    name: Text
    size: Size
    toppings: Toppings = ()


class PlaceOrderBody(BaseModel):
    """An order to be placed."""

    customer_name: Text
    customer_phone: Annotated[str, Field(min_length=10, max_length=20)]
    customer_address: Annotated[str, Field(min_length=5, max_length=300)]
    customer_email: Annotated[str, Field(max_length=200)] | None = None
    pizzas: Annotated[list[OrderedPizzaBody], Field(min_length=1, max_length=50)]
    payment_method: Payment
    notes: Annotated[str, Field(max_length=1000)] | None = None


class OrderBody(BaseModel):
    """An order as it stands."""

    id: str
    status: Status
    customer_name: str
    customer_phone: str
    customer_address: str
    customer_email: str | None = None
    pizzas: tuple[PizzaBody, ...]
    payment_method: Payment
    total_amount: Decimal
    notes: str | None = None
    order_time: datetime
    cooking_started_time: datetime | None = None
    actual_ready_time: datetime | None = None
    delivered_time: datetime | None = None
    delivery_person_id: str | None = None


class AddPizzaBody(BaseModel):
    """A pizza to be put on the menu."""

    name: Text
    base_price: Price
    size: Text
    toppings: Toppings = ()


class UpdatePizzaBody(BaseModel):
    """What is to change of a pizza; what is left out stays."""

    pizza_id: Text
    name: Text | None = None
    base_price: Price | None = None
    size: Text | None = None
    toppings: Toppings | None = None


class RemovePizzaBody(BaseModel):
    """A pizza to be taken off the menu."""

    pizza_id: Text


class StatusBody(BaseModel):
    """Where an order is to go."""

    status: Text


class AssignBody(BaseModel):
    """Who takes an order."""

    delivery_person_id: Text


class KitchenBody(BaseModel):
    """How busy the kitchen is."""

    capacity: int
    waiting: int
    cooking: int
    ready: int


class ProblemBody(BaseModel):
    """Problem details (RFC 9457)."""

    title: str
    status: int
    detail: str
    type: str


def pizza_body(pizza: Pizza) -> PizzaBody:
    """A pizza as it travels."""
    return PizzaBody(
        id=pizza.id,
        name=pizza.name,
        size=pizza.size,
        toppings=pizza.toppings,
        base_price=pizza.base_price,
        total_price=pizza.total_price,
    )


def order_body(order: Order) -> OrderBody:
    """An order as it travels."""
    return OrderBody(
        id=order.id,
        status=order.status,
        customer_name=order.customer.name,
        customer_phone=order.customer.phone,
        customer_address=order.customer.address,
        customer_email=order.customer.email,
        pizzas=tuple(pizza_body(pizza) for pizza in order.pizzas),
        payment_method=order.payment,
        total_amount=order.total,
        notes=order.notes,
        order_time=order.ordered_at,
        cooking_started_time=order.cooking_started_at,
        actual_ready_time=order.ready_at,
        delivered_time=order.delivered_at,
        delivery_person_id=order.delivery_person_id,
    )
