"""What axe-core finds on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

_OPTIONS: Final = {"resultTypes": ["violations"]}
"""All rules are checked. To list each element that keeps them takes most of the time."""


def assert_accessible(page: Page) -> None:
    """Fail with axe-core's report of all that keeps somebody out."""
    found = Axe().run(page, options=_OPTIONS)
    assert found.violations_count == 0, found.generate_report()
