"""Mario's page in a real Chromium, on a real pizzeria."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.pizzeria.running import Service, growth, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
PATIENCE = 15_000  # milliseconds
NARROW = 360
STEPS = ("Start cooking", "Ready", "Give to courier", "Delivered")
COLUMNS = ("Waiting", "In the oven", "Ready", "Luigi's tour")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture
def service() -> Iterator[Service]:
    with started() as running:
        yield running


class Visit:
    """The page as one person has it open; whatever its console says is kept."""

    def __init__(
        self,
        browser: Browser,
        service: Service,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
    ) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page.set_default_timeout(PATIENCE)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(service.url)
        self.is_live()

    def is_live(self) -> None:
        expect(self.page.locator("#connection")).to_have_text("Live", timeout=PATIENCE)

    def shows(self, customer: str, column: str) -> None:
        ticket = self.page.get_by_role("list", name=column, exact=True).get_by_text(customer)
        expect(ticket).to_be_visible(timeout=PATIENCE)

    def fill(self, customer: str) -> None:
        for label, value in (("Name", customer), ("Phone", "+15550001111"), ("Address", "12 Via Roma")):
            self.page.get_by_label(label, exact=True).fill(value)


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Visit]:
    visiting = Visit(browser, service)
    yield visiting
    visiting.page.close()


def test_an_order_goes_from_the_menu_to_the_door_by_mouse(visit: Visit, service: Service) -> None:
    before = service.samples()
    visit.page.get_by_label("Size of Supreme").select_option("large")
    visit.page.get_by_label("Add Supreme").click()
    visit.fill("Ada")
    visit.page.get_by_role("button", name="Place order").click()
    for step, column in zip(STEPS, COLUMNS, strict=True):
        visit.shows("Ada", column)
        visit.page.get_by_role("button", name=f"{step}: Ada").click()
    expect(visit.page.get_by_text("Ada: delivered.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Delivered: Ada")).to_have_count(0)
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
    for column in COLUMNS:
        visit.shows("Grace", column)
        press("Enter")  # the focus stays with the order, whichever column it is in
        visit.page.wait_for_timeout(300)
    expect(visit.page.get_by_text("Grace: delivered.")).to_be_visible()


def tab_to(visit: Visit, name: str) -> None:
    """Press the tab key until what has this name has the focus."""
    focused = "document.activeElement.ariaLabel ?? document.activeElement.closest('label')?.innerText"
    for _ in range(60):
        if str(visit.page.evaluate(focused)).strip() == name:
            return
        visit.page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached by the keyboard")


def test_two_pages_see_each_others_orders_at_once(browser: Browser, service: Service, visit: Visit) -> None:
    other = Visit(browser, service, width=NARROW)
    service.order(customer_name="Alan")
    for page in (visit, other):
        page.shows("Alan", "Waiting")
    visit.page.get_by_role("button", name="Start cooking: Alan").click()
    other.shows("Alan", "In the oven")
    other.page.close()


def test_a_rule_that_forbids_it_is_told(visit: Visit, service: Service) -> None:
    for number in range(6):
        order_id = service.order(customer_name=f"Guest {number}")["id"]
        if number < 5:
            service.client.put(f"/api/orders/{order_id}/cook")
    visit.page.get_by_role("button", name="Start cooking: Guest 5").click()
    expect(visit.page.get_by_role("alert")).to_have_text("Kitchen is at capacity")


def test_it_says_when_the_stream_is_lost_and_comes_back(browser: Browser) -> None:
    with started() as first:
        visiting = Visit(browser, first)
        port = first.url.rpartition(":")[2]
        first.stop()
        expect(visiting.page.locator("#connection")).to_contain_text("Connection lost", timeout=PATIENCE)
    with started("--port", port) as second:
        visiting.is_live()
        second.order(customer_name="Barbara")
        visiting.shows("Barbara", "Waiting")
    visiting.page.close()


def test_whatever_a_customer_is_called_is_shown_as_text(visit: Visit, service: Service) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>"
    service.order(customer_name=hostile)
    visit.shows(hostile, "Waiting")
    assert visit.page.title() == "Mario's Pizzeria"
    assert visit.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, 1280])
def test_everybody_can_use_it(
    browser: Browser, service: Service, width: int, scheme: Literal["light", "dark"]
) -> None:
    """No finding of axe-core, nothing to scroll sideways, nothing from elsewhere."""
    service.order(customer_name="Donaudampfschifffahrtsgesellschaftskapitänsmütze")
    visiting = Visit(browser, service, width, scheme)
    visiting.page.get_by_label("Add Margherita").click()
    visiting.shows("Donaudampf", "Waiting")
    visiting.page.wait_for_timeout(500)  # tickets fade in: half transparent text has no contrast
    assert visiting.page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(visiting.page)
    assert found.violations_count == 0, found.generate_report()
    assert [url for url in visiting.asked if not url.startswith(service.url)] == []
    assert visiting.said == []
    visiting.page.close()
