"""Mario's page as one person has it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from playwright.sync_api import expect

if TYPE_CHECKING:
    from httpx import Response
    from playwright.sync_api import APIResponse, Browser, Locator, Page, Route

    from tests.system.pizzerias import Service

PATIENCE = 15_000  # milliseconds
NARROW = 360
STEPS = ("Start cooking", "Ready", "Give to courier", "Delivered")
COLUMNS = ("Waiting", "In the oven", "Ready", "Luigi's tour")


class Visit:
    """A page; whatever its console says is kept."""

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
        self._url = service.url

    def open(self) -> Visit:
        """Go there."""
        self.page.goto(self._url)
        return self

    def says_of_its_connection(self, text: str) -> None:
        expect(self.page.locator("#connection")).to_have_text(text, timeout=PATIENCE)

    def is_live(self) -> None:
        self.says_of_its_connection("Live")

    def tells(self, news: str) -> None:
        expect(self.page.locator("#news")).to_have_text(news, timeout=PATIENCE)

    def ticket(self, customer: str, column: str) -> Locator:
        listed = self.page.get_by_role("list", name=column, exact=True).get_by_role("listitem")
        return listed.filter(has_text=customer)

    def shows(self, customer: str, column: str) -> None:
        expect(self.ticket(customer, column)).to_be_visible(timeout=PATIENCE)

    def shows_nowhere(self, customer: str) -> None:
        tickets = self.page.locator(".ticket").filter(has_text=customer)
        expect(tickets).to_have_count(0, timeout=PATIENCE)

    def button(self, step: str, customer: str) -> Locator:
        return self.page.get_by_role("button", name=f"{step}: {customer}", exact=True)

    def fill(self, customer: str) -> None:
        for label, value in (("Name", customer), ("Phone", "+15550001111"), ("Address", "12 Via Roma")):
            self.page.get_by_label(label, exact=True).fill(value)

    def place_order(self) -> Locator:
        return self.page.get_by_role("button", name="Place order")


class Held:
    """Answers to requests for a path, given by the service at once and kept back from the page."""

    def __init__(self, page: Page, path: str) -> None:
        self._answers: list[tuple[Route, APIResponse]] = []
        self._page = page
        page.route(path, self._hold)

    def _hold(self, route: Route) -> None:
        self._answers.append((route, route.fetch()))

    def given(self) -> None:
        """Wait for the service to have answered."""
        while not self._answers:
            self._page.wait_for_timeout(20)

    def release(self) -> None:
        for route, answer in self._answers:
            route.fulfill(response=answer)


def start(service: Service, order: dict[str, Any]) -> None:
    """Put an order into the oven, as somebody else."""
    _done(service.client.put(f"/api/orders/{order['id']}/cook"))


def hand_over(service: Service, order: dict[str, Any], courier: str) -> None:
    """Take an order out of the oven and give it to a courier."""
    _done(service.client.put(f"/api/orders/{order['id']}/ready"))
    _done(service.client.post(f"/api/delivery/{order['id']}/assign", json={"delivery_person_id": courier}))


def deliver(service: Service, order: dict[str, Any]) -> None:
    """Bring an order to the door."""
    _done(service.client.put(f"/api/orders/{order['id']}/status", json={"status": "delivered"}))


def _done(answer: Response) -> None:
    assert answer.status_code == 200, answer.text
