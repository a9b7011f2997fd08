"""The menu, kept in the database."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from uuid import uuid4

from mario_perf.pizzeria.domain.domain_errors import DuplicatePizzaError, PizzaNotFoundError
from mario_perf.pizzeria.domain.money import from_cents, to_cents
from mario_perf.pizzeria.domain.pizza import Pizza, Size
from mario_perf.pizzeria.infrastructure.database import transaction

SEED = (
    ("Margherita", "12.99", ("basil",)),
    ("Pepperoni", "14.99", ("pepperoni",)),
    ("Hawaiian", "15.49", ("ham", "pineapple")),
    ("Vegetarian", "13.99", ("peppers", "olives", "onions")),
    ("Supreme", "17.99", ("pepperoni", "sausage", "peppers", "olives")),
    ("Quattro Formaggi", "16.49", ("gorgonzola", "parmesan")),
)


class Menu:
    """Pizzas on offer, by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def seed(self) -> None:
        """The six pizzas that every pizzeria starts with, if it has none."""
        with transaction(self._connection):
            if self._connection.execute("SELECT 1 FROM pizzas LIMIT 1").fetchone() is None:
                for name, price, toppings in SEED:
                    self._insert(Pizza(new_id(), name, Size.MEDIUM, toppings, Decimal(price)))

    def all(self) -> tuple[Pizza, ...]:
        """Every pizza, by name."""
        rows = self._connection.execute("SELECT * FROM pizzas ORDER BY name COLLATE NOCASE")
        return tuple(_pizza(row) for row in rows)

    def by_name(self, name: str) -> Pizza | None:
        """The pizza of this name, in any case."""
        row = self._connection.execute("SELECT * FROM pizzas WHERE name = ?", (name,)).fetchone()
        return None if row is None else _pizza(row)

    def get(self, pizza_id: str) -> Pizza:
        """One pizza.

        Raises:
            PizzaNotFoundError: there is none of this id.
        """
        row = self._connection.execute("SELECT * FROM pizzas WHERE id = ?", (pizza_id,)).fetchone()
        if row is None:
            raise PizzaNotFoundError(pizza_id)
        return _pizza(row)

    def add(self, pizza: Pizza) -> None:
        """Put a pizza on the menu.

        Raises:
            DuplicatePizzaError: there is one of this name.
        """
        with transaction(self._connection):
            self._insert(pizza)

    def update(self, pizza: Pizza) -> None:
        """Change a pizza that is on the menu.

        Raises:
            DuplicatePizzaError: another has this name.
        """
        try:
            self._connection.execute(
                "UPDATE pizzas SET name = ?, size = ?, toppings = ?, base_price_cents = ? WHERE id = ?",
                (*_row(pizza)[1:], pizza.id),
            )
        except sqlite3.IntegrityError as error:
            raise DuplicatePizzaError(pizza.name) from error

    def remove(self, pizza_id: str) -> None:
        """Take a pizza off the menu.

        Raises:
            PizzaNotFoundError: there is none of this id.
        """
        if self._connection.execute("DELETE FROM pizzas WHERE id = ?", (pizza_id,)).rowcount == 0:
            raise PizzaNotFoundError(pizza_id)

    def _insert(self, pizza: Pizza) -> None:
        try:
            self._connection.execute("INSERT INTO pizzas VALUES (?, ?, ?, ?, ?)", _row(pizza))
        except sqlite3.IntegrityError as error:
            raise DuplicatePizzaError(pizza.name) from error


def new_id() -> str:
    return uuid4().hex


def _row(pizza: Pizza) -> tuple[str, str, str, str, int]:
    return pizza.id, pizza.name, pizza.size, json.dumps(pizza.toppings), to_cents(pizza.base_price)


def _pizza(row: sqlite3.Row) -> Pizza:
    return Pizza(
        id=row["id"],
        name=row["name"],
        size=Size(row["size"]),
        toppings=tuple(json.loads(row["toppings"])),
        base_price=from_cents(row["base_price_cents"]),
    )
