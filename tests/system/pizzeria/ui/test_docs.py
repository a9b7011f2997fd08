"""The page of the API in a real Chromium, on a real pizzeria."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.pizzeria.api.test_openapi import OPERATIONS
from tests.system.accessibility import assert_accessible
from tests.system.pizzeria.ui.visiting import NARROW, Visit
from tests.system.pizzerias import order_body

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.system.pizzerias import Service

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (1280, "light")])
def test_it_shows_each_operation_and_sends_them_without_anything_from_elsewhere(
    browser: Browser, service: Service, width: int, scheme: Literal["light", "dark"]
) -> None:
    visiting = Visit(browser, service, width, scheme)
    page = visiting.page
    page.goto(f"{service.url}/api/docs")
    expect(page.locator("summary")).to_have_count(len(OPERATIONS))
    order = page.locator("details").filter(has_text="/api/orders/").filter(has_text="POST")
    order.locator("summary").click()
    order.get_by_label("Body").fill(json.dumps(order_body()))
    order.get_by_role("button", name="Send").click()
    expect(order.get_by_role("status")).to_contain_text("201")
    (placed,) = service.client.get("/api/orders/").json()
    cook = page.locator("details").filter(has_text="/cook")
    cook.locator("summary").click()
    cook.get_by_label("order_id").fill(placed["id"])
    cook.get_by_role("button", name="Send").click()
    expect(cook.get_by_role("status")).to_contain_text("cooking")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)
    assert [url for url in visiting.asked if not url.startswith(service.url)] == []
    assert visiting.said == []
    page.close()
