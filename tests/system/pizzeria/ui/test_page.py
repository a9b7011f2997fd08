"""Mario's page in a real Chromium, on a real pizzeria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.pizzeria.series import growth
from tests.system.accessibility import assert_accessible
from tests.system.pizzeria.ui.visiting import COLUMNS, NARROW, STEPS, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.system.pizzerias import Service

pytestmark = pytest.mark.browser


def test_an_order_goes_from_the_menu_to_the_door_by_mouse(visit: Visit, service: Service) -> None:
    before = service.samples()
    visit.page.get_by_label("Size of Supreme").select_option("large")
    visit.page.get_by_label("Add Supreme").click()
    visit.fill("Ada")
    visit.place_order().click()
    for step, column in zip(STEPS, COLUMNS, strict=True):
        visit.shows("Ada", column)
        visit.button(step, "Ada").click()
    visit.tells("Ada: delivered.")
    visit.shows_nowhere("Ada")
    after = service.samples()
    executed = {
        dict(labels)["type"]
        for labels in growth(before, after, "cqrs_executions_total")
        if dict(labels)["operation"] == "command"
    }
    assert executed == {
        "PlaceOrderCommand",
        "StartCookingCommand",
        "CompleteOrderCommand",
        "AssignOrderToDeliveryCommand",
        "UpdateOrderStatusCommand",
    }
    assert visit.said == []


def test_an_order_goes_from_the_menu_to_the_door_by_keyboard(visit: Visit) -> None:
    press = visit.page.keyboard.press
    tab_to(visit, "Add Hawaiian")
    press("Enter")
    tab_to(visit, "Name")
    for value in ("Grace", "+15550002222", "13 Via Roma"):
        visit.page.keyboard.type(value)
        press("Tab")
    press("Tab")
    press("Enter")  # in the last field: sends the form
    tab_to(visit, "Start cooking: Grace")
    for step, column in zip(STEPS, COLUMNS, strict=True):
        visit.shows("Grace", column)
        expect(
            visit.button(step, "Grace")
        ).to_be_focused()  # it stays with the order, whichever column it is in
        press("Enter")
    visit.tells("Grace: delivered.")


def tab_to(visit: Visit, name: str) -> None:
    """Press the tab key until what has this name has the focus."""
    focused = "document.activeElement.ariaLabel ?? document.activeElement.closest('label')?.innerText"
    for _ in range(60):
        if str(visit.page.evaluate(focused)).strip() == name:
            return
        visit.page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached by the keyboard")


def test_two_pages_see_each_others_orders_at_once(browser: Browser, service: Service, visit: Visit) -> None:
    other = Visit(browser, service, width=NARROW).open()
    other.is_live()
    service.order(customer_name="Alan")
    for page in (visit, other):
        page.shows("Alan", "Waiting")
    visit.button("Start cooking", "Alan").click()
    other.shows("Alan", "In the oven")
    other.page.close()


def test_whatever_a_customer_is_called_is_shown_as_text(visit: Visit, service: Service) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>"
    service.order(customer_name=hostile)
    visit.shows(hostile, "Waiting")
    assert visit.page.title() == "Mario's Pizzeria"
    assert visit.said == []


def test_what_will_be_said_is_listened_to_from_the_start(visit: Visit) -> None:
    """A live region that appears together with its text is not read out."""
    for region in ("#connection", "#news", "#trouble"):
        assert visit.page.locator(region).evaluate("region => getComputedStyle(region).display") != "none"
    expect(visit.page.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_everybody_can_use_it(
    browser: Browser, service: Service, width: int, scheme: Literal["light", "dark"]
) -> None:
    """No finding of axe-core, nothing to scroll sideways, nothing from elsewhere."""
    service.order(customer_name="Donaudampfschifffahrtsgesellschaftskapitänsmütze")
    visiting = Visit(browser, service, width, scheme).open()
    visiting.is_live()
    visiting.page.get_by_label("Add Margherita").click()
    visiting.shows("Donaudampf", "Waiting")
    visiting.page.wait_for_timeout(500)  # tickets fade in: half transparent text has no contrast
    assert visiting.page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(visiting.page)
    assert [url for url in visiting.asked if not url.startswith(service.url)] == []
    assert visiting.said == []
    visiting.page.close()
