"""The courier's tour, whoever the courier is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pizzeria.series import growth
from tests.system.pizzeria.ui.visiting import Visit, hand_over, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.system.pizzerias import Service

pytestmark = pytest.mark.browser


def on_tour(service: Service, customer: str, courier: str) -> None:
    order = service.order(customer_name=customer)
    start(service, order)
    hand_over(service, order, courier)


def test_everybody_who_carries_orders_has_a_tour(browser: Browser, service: Service) -> None:
    """Those who did before the page was opened, and those who came later."""
    on_tour(service, "Ada", "d1")
    visiting = Visit(browser, service).open()
    visiting.is_live()
    on_tour(service, "Grace", "d2")
    for customer, courier in (("Ada", "d1"), ("Grace", "d2")):
        visiting.page.get_by_role("combobox", name="Courier").select_option(courier)
        visiting.shows(customer, f"{courier}'s tour")
        visiting.button("Delivered", customer).click()
        visiting.shows_nowhere(customer)
    assert visiting.said == []
    visiting.page.close()


def test_orders_are_given_to_the_courier_that_is_chosen(visit: Visit, service: Service) -> None:
    on_tour(service, "Ada", "d1")
    order = service.order(customer_name="Grace")
    start(service, order)
    visit.button("Ready", "Grace").click()
    visit.page.get_by_role("combobox", name="Courier").select_option("d1")
    visit.button("Give to courier", "Grace").click()
    visit.shows("Grace", "d1's tour")
    visit.shows("Ada", "d1's tour")


def test_looking_at_a_tour_is_an_operation_like_any(visit: Visit, service: Service) -> None:
    before = service.samples()
    with visit.page.expect_response("**/api/delivery/tour?delivery_person_id=daisy"):
        visit.page.get_by_role("combobox", name="Courier").select_option("Daisy")
    grown = growth(before, service.samples(), "cqrs_executions_total")
    assert {dict(labels)["type"]: value for labels, value in grown.items()} == {"GetDeliveryTourQuery": 1}
