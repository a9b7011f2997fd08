"""How a report behaves in a real Chromium."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from pathlib import Path

PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (each.name === "first-contentful-paint") resolve(each.startTime);
}).observe({type: "paint", buffered: true}))"""

SORTED = """() => new Promise((resolve) => {
  const heading = document.querySelector("table thead th:nth-child(3) button");
  const started = performance.now();
  heading.click();
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
})"""


@dataclass(frozen=True, slots=True)
class Usability:
    """Milliseconds."""

    first_paint: float
    sorting: float  # from the click on a heading to the next frame drawn


def measured(report: Path) -> Usability:
    """Open it once and sort it.

    Raises:
        LookupError: there is no Chromium on the PATH.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise LookupError("chromium is not on the PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(report.as_uri(), wait_until="load", timeout=60_000)
        usability = Usability(float(page.evaluate(PAINTED)), float(page.evaluate(SORTED)))
        browser.close()
        return usability
