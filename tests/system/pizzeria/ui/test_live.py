"""What the page says of its connection is true, and it comes back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.system.pizzeria.ui.visiting import Visit
from tests.system.pizzerias import Service, started

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

LOADED = ("GetMenuQuery", "GetActiveOrdersQuery", "GetKitchenStatusQuery", "GetDeliveryTourQuery")

pytestmark = pytest.mark.browser


def test_it_says_when_the_stream_is_lost_and_comes_back(browser: Browser) -> None:
    with started() as first:
        visiting = Visit(browser, first).open()
        visiting.is_live()
        first.stop()
        visiting.says_of_its_connection("Connection lost, trying again")
    with started("--port", port_of(first)) as second:
        visiting.is_live()
        second.order(customer_name="Barbara")
        visiting.shows("Barbara", "Waiting")
    visiting.page.close()


@pytest.mark.parametrize("query", LOADED)
def test_a_page_that_could_not_be_loaded_in_full_is_not_live_and_loads_again(
    browser: Browser, query: str
) -> None:
    with started("--fail", f"{query}=1") as failing:
        failing.order(customer_name="Ada")
        visiting = Visit(browser, failing).open()
        visiting.says_of_its_connection("Not loaded, trying again")
        failing.stop()
    with started("--port", port_of(failing)) as healthy:
        visiting.is_live()
        visiting.shows_nowhere("Ada")  # who is not known to this one
        visiting.page.get_by_label("Add Supreme").click()
        visiting.fill("Grace")
        visiting.place_order().click()
        visiting.shows("Grace", "Waiting")
        assert len(healthy.client.get("/api/orders/").json()) == 1
    visiting.page.close()


def test_it_is_live_again_for_who_comes_back(visit: Visit, service: Service) -> None:
    visit.page.evaluate("window.kept = true")
    visit.page.get_by_role("link", name="API").click()
    visit.page.wait_for_url("**/api/docs")
    service.order(customer_name="Ada")
    visit.page.go_back(wait_until="commit")  # a page that was kept is not loaded
    assert visit.page.evaluate("window.kept"), "the browser did not keep the page: nothing is tested"
    visit.is_live()
    visit.shows("Ada", "Waiting")
    service.order(customer_name="Grace")
    visit.shows("Grace", "Waiting")


def test_a_menu_that_is_loaded_again_changes_only_where_it_is_another(
    browser: Browser, tmp_path: Path
) -> None:
    database = ("--database", tmp_path / "pizzeria.db")
    with started(*database) as first:
        visiting = Visit(browser, first).open()
        visiting.is_live()
        for pizza in ("Margherita", "Supreme"):
            visiting.page.get_by_label(f"Size of {pizza}").select_option("large")
        margherita = first.client.get("/api/menu/").json()[1]
        first.client.put("/api/menu/update", json={"pizza_id": margherita["id"], "base_price": "20.00"})
        first.stop()
        visiting.says_of_its_connection("Connection lost, trying again")
    with started("--port", port_of(first), *database):
        visiting.is_live()
        menu = visiting.page.get_by_role("list", name="Menu").get_by_role("listitem")
        expect(menu.filter(has_text="Margherita").locator(".price")).to_have_text("$27.50")
        expect(visiting.page.get_by_label("Size of Supreme")).to_have_value("large")
    visiting.page.close()


def port_of(service: Service) -> str:
    return service.url.rpartition(":")[2]
