"""The kitchen's board, while others change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.system.pizzeria.ui.visiting import Held, Visit, deliver, hand_over, start
from tests.system.pizzerias import Service, hosted

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

FADES = """ticket => {
    window.faded = 0;
    ticket.addEventListener("animationstart", () => { window.faded += 1; });
}"""


def test_a_button_works_though_news_come_while_it_is_pressed(visit: Visit, service: Service) -> None:
    service.order(customer_name="Ada")
    visit.button("Start cooking", "Ada").hover()
    visit.page.mouse.down()
    service.order(customer_name="Grace")
    visit.shows("Grace", "Waiting")
    visit.page.mouse.up()
    visit.shows("Ada", "In the oven")


def test_a_ticket_that_stays_does_not_fade_in_again(visit: Visit, service: Service) -> None:
    service.order(customer_name="Ada")
    ticket = visit.ticket("Ada", "Waiting").element_handle()
    assert ticket is not None
    ticket.evaluate("ticket => Promise.all(ticket.getAnimations().map(each => each.finished))")
    ticket.evaluate(FADES)
    for guest in ("Grace", "Alan"):
        service.order(customer_name=guest)
        fading = visit.ticket(guest, "Waiting")
        fading.evaluate("ticket => Promise.all(ticket.getAnimations().map(each => each.finished))")
    assert ticket.evaluate("ticket => ticket.isConnected")
    assert visit.page.evaluate("window.faded") == 0


def test_pressing_twice_while_the_kitchen_is_slow_is_one_step(browser: Browser) -> None:
    with hosted(delays=["StartCookingCommand=500ms"]) as slow:
        slow.order(customer_name="Ada")
        visiting = Visit(browser, slow).open()
        visiting.button("Start cooking", "Ada").dblclick()
        visiting.tells("Ada: start cooking.")
        expect(visiting.page.get_by_role("alert")).to_have_text("")
        visiting.page.close()


def test_a_rule_that_forbids_it_is_told(visit: Visit, service: Service) -> None:
    for number in range(6):
        order = service.order(customer_name=f"Guest {number}")
        if number < 5:
            start(service, order)
    visit.button("Start cooking", "Guest 5").click()
    expect(visit.page.get_by_role("alert")).to_have_text("Kitchen is at capacity")


def test_an_answer_that_comes_late_does_not_bring_a_delivered_order_back(
    visit: Visit, service: Service
) -> None:
    order = service.order(customer_name="Ada")
    late = Held(visit.page, "**/cook")
    visit.button("Start cooking", "Ada").click()
    late.given()
    hand_over(service, order, "luigi")
    deliver(service, order)
    visit.shows_nowhere("Ada")
    late.release()
    visit.tells("Ada: start cooking.")
    service.order(customer_name="Grace")  # once more drawn
    visit.shows("Grace", "Waiting")
    visit.shows_nowhere("Ada")


def test_what_happens_while_the_orders_are_loaded_is_not_undone(browser: Browser, service: Service) -> None:
    gone, moved = service.order(customer_name="Ada"), service.order(customer_name="Grace")
    for order in (gone, moved):
        start(service, order)
    service.order(customer_name="Alan")
    hand_over(service, gone, "luigi")
    visiting = Visit(browser, service)
    late = Held(visiting.page, "**/api/orders/")
    visiting.open()
    late.given()
    deliver(service, gone)
    hand_over(service, moved, "luigi")
    service.order(customer_name="Barbara")
    visiting.shows("Grace", "Luigi's tour")
    visiting.shows("Barbara", "Waiting")
    late.release()
    visiting.is_live()
    visiting.shows("Alan", "Waiting")
    visiting.shows("Grace", "Luigi's tour")
    visiting.shows("Barbara", "Waiting")
    visiting.shows_nowhere("Ada")
    visiting.page.close()


def test_after_a_delivery_the_focus_is_on_the_next_and_then_on_the_title(
    visit: Visit, service: Service
) -> None:
    for customer in ("Ada", "Grace"):
        order = service.order(customer_name=customer)
        start(service, order)
        hand_over(service, order, "luigi")
        visit.shows(customer, "Luigi's tour")
    visit.button("Delivered", "Ada").focus()
    visit.page.keyboard.press("Enter")
    visit.shows_nowhere("Ada")
    expect(visit.button("Delivered", "Grace")).to_be_focused()
    visit.page.keyboard.press("Enter")
    visit.shows_nowhere("Grace")
    expect(visit.page.get_by_role("heading", name="Luigi's tour")).to_be_focused()
