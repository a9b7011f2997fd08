"""The menu, and an order that is being put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.system.pizzeria.ui.visiting import Visit
from tests.system.pizzerias import Service, hosted

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES = ("small", "medium", "large")

pytestmark = pytest.mark.browser


def test_what_is_shown_before_is_what_is_charged(visit: Visit, service: Service) -> None:
    """Every pizza in every size: on the menu, in the basket, and in the total."""
    menu = service.client.get("/api/menu/").json()
    on_menu = []
    for pizza in menu:
        for size in SIZES:
            chosen = visit.page.get_by_label(f"Size of {pizza['name']}")
            chosen.select_option(size)
            visit.page.get_by_label(f"Add {pizza['name']}").click()
            line = visit.page.get_by_role("list", name="Menu").get_by_role("listitem").filter(has=chosen)
            on_menu.append(line.locator(".price").inner_text())
    in_basket = visit.page.locator("#basket .price").all_inner_texts()
    total = visit.page.locator("#basket-total").inner_text()
    visit.fill("Ada")
    visit.place_order().click()
    visit.shows("Ada", "Waiting")
    [placed] = service.client.get("/api/orders/").json()
    assert on_menu == in_basket == [f"${pizza['total_price']}" for pizza in placed["pizzas"]]
    assert total == f"Total: ${placed['total_amount']}"
    assert [pizza["toppings"] for pizza in placed["pizzas"][:: len(SIZES)]] == [
        each["toppings"] for each in menu
    ]


def test_an_empty_basket_has_no_total(visit: Visit) -> None:
    visit.page.get_by_label("Add Supreme").click()
    visit.page.get_by_label("Remove Supreme").click()
    expect(visit.page.locator("#basket-total")).to_have_text("")
    expect(visit.page.locator("#basket-empty")).to_be_visible()


def test_pressing_twice_while_the_pizzeria_is_slow_orders_once(browser: Browser) -> None:
    with hosted(delays=["PlaceOrderCommand=500ms"]) as slow:
        visiting = Visit(browser, slow).open()
        visiting.is_live()
        visiting.page.get_by_label("Add Supreme").click()
        visiting.fill("Ada")
        visiting.place_order().dblclick()
        visiting.page.get_by_label("Notes").press("Enter")
        visiting.page.get_by_label("Add Margherita").click()
        visiting.shows("Ada", "Waiting")
        expect(visiting.page.locator("#basket li")).to_have_text(["Margherita, medium$18.39Remove"])
        visiting.place_order().click()  # and again when it was answered
        expect(visiting.page.locator("#basket li")).to_have_count(0)
        assert [
            [pizza["name"] for pizza in order["pizzas"]] for order in slow.client.get("/api/orders/").json()
        ] == [["Supreme"], ["Margherita"]]
        visiting.page.close()
