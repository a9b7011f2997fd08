from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.system.pizzeria.ui.visiting import Visit
from tests.system.pizzerias import Service, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            # As everybody's browser does, it keeps pages that are left for who goes back.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield launched
        launched.close()


@pytest.fixture
def service() -> Iterator[Service]:
    with hosted() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Visit]:
    visiting = Visit(browser, service).open()
    visiting.is_live()
    yield visiting
    visiting.page.close()
