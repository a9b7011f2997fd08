import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest

from mario_perf.pizzeria.domain.domain_errors import DuplicatePizzaError, PizzaNotFoundError
from mario_perf.pizzeria.domain.pizza import Pizza, Size
from mario_perf.pizzeria.infrastructure.menu_repository import Menu

CALZONE = Pizza("c", "Calzone", Size.LARGE, ("ham", "mushrooms"), Decimal("13.50"))


@pytest.fixture
def menu(connection: sqlite3.Connection) -> Menu:
    menu = Menu(connection)
    menu.seed()
    return menu


def test_six_pizzas_are_there_from_the_start_and_only_once(menu: Menu) -> None:
    menu.seed()
    assert [pizza.name for pizza in menu.all()] == [
        "Hawaiian", "Margherita", "Pepperoni", "Quattro Formaggi", "Supreme", "Vegetarian",
    ]  # fmt: skip


def test_a_pizza_comes_back_as_it_was_put_there(menu: Menu) -> None:
    menu.add(CALZONE)
    assert menu.get("c") == menu.by_name("calzone") == CALZONE
    assert str(menu.get("c").base_price) == "13.50"


def test_a_name_is_taken_whatever_its_case(menu: Menu) -> None:
    with pytest.raises(DuplicatePizzaError, match="MARGHERITA"):
        menu.add(replace(CALZONE, name="MARGHERITA"))
    menu.add(CALZONE)
    with pytest.raises(DuplicatePizzaError, match="supreme"):
        menu.update(replace(CALZONE, name="supreme"))


def test_a_pizza_that_is_gone_cannot_be_had_or_removed(menu: Menu) -> None:
    menu.add(CALZONE)
    menu.remove("c")
    assert menu.by_name("Calzone") is None
    with pytest.raises(PizzaNotFoundError):
        menu.get("c")
    with pytest.raises(PizzaNotFoundError):
        menu.remove("c")
