"""The report in a real Chromium: what it shows, what it does, and that it keeps quiet."""

from __future__ import annotations

import itertools
import re
import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import sync_playwright

from mario_perf.reports import html_report
from tests.reports import curve_samples, samples
from tests.system.accessibility import assert_accessible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (375, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

pytestmark = pytest.mark.browser

# WCAG 2.2, relative luminance and contrast ratio, of every text against what is painted behind it.
CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest("script, style, title")) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${walker.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""

SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) total += entry.value; })
    .observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => resolve(total), 200));
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_report.render(curve_samples.gate()), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(10_000)
    opened.goto(report.as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_quiet_fits_and_stands_still_at_every_width(
    browser: Browser, report: Path, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    assert opened.evaluate(SHIFT) == 0
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.screenshot(path=tmp_path / "page.png", full_page=True)
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    opened.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_enough_contrast(
    browser: Browser, report: Path, scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(color_scheme=scheme)
    opened.goto(report.as_uri())
    opened.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert opened.evaluate(CONTRAST) == []
    opened.close()


def names(page: Page) -> list[str]:
    rows = "[id='page:table'] tbody tr:not([hidden]) th a"
    shown: list[str] = page.eval_on_selector_all(rows, "links => links.map((link) => link.textContent)")
    return shown


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_it_round(page: Page) -> None:
    medians = {
        one.operation.name: one.candidate.p50.value
        for one in samples.operations()
        if one.candidate and one.candidate.executions
    }
    page.get_by_role("button", name="p50").click()
    assert names(page)[:-1] == sorted(medians, key=lambda name: medians[name])
    assert names(page)[-1] == "RemovePizzaCommand", "what is unknown stays at the end"
    page.get_by_role("button", name="p50").click()
    assert names(page)[0] == max(medians, key=lambda name: medians[name])
    assert names(page)[-1] == "RemovePizzaCommand"
    assert page.get_by_role("columnheader", name="p50").first.get_attribute("aria-sort") == "descending"


def test_sorting_works_from_the_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Operation", exact=True).focus()
    page.keyboard.press("Enter")
    assert names(page) == sorted(names(page), key=lambda name: (name[0] != "<", name.lower()))


def test_filters_leave_what_was_asked_for_and_count_it(page: Page) -> None:
    page.get_by_role("searchbox").fill("order")
    expected = [one.operation.name for one in samples.operations() if "order" in one.operation.name.lower()]
    assert names(page) == expected
    page.get_by_label("unchanged").uncheck()
    assert names(page) == ["PlaceOrderCommand", "AssignOrderToDeliveryCommand"]
    assert page.get_by_role("status").inner_text() == "2 of 11"


def test_a_link_to_an_operation_opens_its_evidence(page: Page, report: Path) -> None:
    page.goto(f"{report.as_uri()}#GetOrderByIdQuery")
    page.reload()
    evidence = page.locator("[id=GetOrderByIdQuery]")
    assert evidence.is_visible()
    page.get_by_role("link", name="GetMenuQuery").click()
    page.locator("[id=GetMenuQuery]").wait_for(state="visible", timeout=5000)


def test_a_hostile_name_can_be_followed_and_runs_nothing(page: Page) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.get_by_role("link", name=samples.HOSTILE).click()
    page.locator("details.operation").last.locator(".body").wait_for(state="visible", timeout=5000)
    assert dialogs == []


def test_everything_is_there_without_javascript(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(report.as_uri())
    assert opened.get_by_role("heading", level=1).is_visible()
    assert opened.locator("[id='page:table'] tbody tr").count() == len(samples.operations())
    assert not opened.get_by_role("searchbox").is_visible()
    opened.locator("summary", has_text="GetOrderByIdQuery").first.click()
    assert opened.locator("[id=GetOrderByIdQuery]").is_visible()
    context.close()


def test_landmarks_headings_and_controls_have_names(page: Page) -> None:
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("region", name="Operations", exact=True).count() >= 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, a, [role=img], [role=region], summary')]"
        ".filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label'))).length"
    )
    assert unnamed == 0


def test_on_paper_what_regressed_is_open_and_twelve_operations_take_eight_pages(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details[open]').forEach((one) => { one.open = false; })")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.operation.regressed:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.operation.regressed:not([open])").count() > 0
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 8


SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("svg text")]
  .filter((text) => text.textContent && text.getBoundingClientRect().width)
  .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""


def test_no_text_of_a_chart_is_smaller_than_11_pixels(page: Page) -> None:
    for width in (360, 390, 640, 641, 900, 901, 1000, 1001, 1150, 1151, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SMALLEST_TEXT) >= 11, width
    page.set_viewport_size({"width": 718, "height": 900})
    page.emulate_media(media="print")
    assert page.evaluate(SMALLEST_TEXT) >= 11


def test_hundreds_of_operations_can_be_sorted_and_filtered(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html_report.render(samples.many(300)), encoding="utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    opened.locator("thead button").first.click()
    opened.locator("thead button").first.click()
    assert names(opened)[0] == "Operation0299Command"
    opened.locator("[id='page:table'] tbody tr").nth(299).wait_for(state="attached")
    assert names(opened) == [f"Operation{index:04}Command" for index in reversed(range(300))]
    opened.locator("input[type=search]").fill("operation024")
    assert len(names(opened)) == 10
    opened.close()


@pytest.mark.parametrize(("width", "scheme"), [(min(WIDTHS), "light"), (max(WIDTHS), "dark")])
def test_axe_finds_nothing_that_keeps_anybody_out(
    browser: Browser, report: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.goto(report.as_uri())
    opened.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert_accessible(opened)
    opened.close()
