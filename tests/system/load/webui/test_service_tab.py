"""The tab in Locust's web UI, in a real browser, with real load on a real service."""

from __future__ import annotations

import re
import shutil
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.system.load.conftest import Load, Stub

CHROMIUM = shutil.which("chromium")
PATIENCE = 60.0  # seconds
WINDOW = 2.0
"""Seconds that a run goes on, after it was seen to be under way."""


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


@pytest.mark.browser
def test_the_tab_shows_the_services_figures_and_links_the_report(
    load: Load, pizzeria: Callable[..., str], page: Page, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    service = pizzeria("--fail", "PlaceOrderCommand=0.5")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    ui = ("--autostart", "-u", "4", "-r", "4", "-H", service, "--web-port", str(free_port))
    with load.start("--web-host", "127.0.0.1", *ui):
        until(lambda: under_way(load))  # the page shows what was so when it was opened
        page.goto(url)
        page.get_by_role("tab", name="Service").click()
        row = page.get_by_role("row").filter(has_text="PlaceOrderCommand")
        some_failed = row.get_by_role("cell").nth(3)
        expect(some_failed).to_have_text(re.compile(r"^\s*(?!0\.00|100)\d"), timeout=PATIENCE * 1000)
        assert page.get_by_role("columnheader").all_inner_texts() == [
            "Operation",
            "Service p95 (ms)",
            "Executions/s",
            "Errors (%)",
        ]
        p95, rate, failed = map(float, row.get_by_role("cell").all_inner_texts()[1:])
        assert p95 > 0
        assert rate > 0
        assert 0 < failed < 100
        figures = page.get_by_role("row").filter(has_text="Query").get_by_role("cell")
        texts = figures.all_text_contents()
        assert {len(text.partition(".")[2]) for text in texts[1::4] + texts[3::4]} == {2}
        assert figures.nth(1).evaluate("cell => getComputedStyle(cell).textAlign") == "right"
        page.set_viewport_size({"width": 390, "height": 800})
        shown = page.locator("table:has(th[data-sortkey=p95])").bounding_box()
        assert shown is not None
        assert shown["x"] + shown["width"] <= 390
        stop(url)
        latest = httpx.get(f"{url}/service/latest", timeout=PATIENCE).json()
        assert latest["run"] or latest["status"].startswith("Writing the report of run ")
        link = page.get_by_role("link", name="Report of run")
        link.wait_for()
        (run,) = [path.name for path in load.runs.iterdir() if path.is_dir() and not path.is_symlink()]
        assert link.inner_text() == f"Report of run {run}"
        with page.expect_popup() as opened:
            link.click()
        expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
        assert "PlaceOrderCommand" in opened.value.content()
    assert errors == []


@pytest.mark.browser
def test_a_run_started_by_the_form_has_the_rate_and_the_limit_typed_there(
    load: Load, stub: Callable[..., Stub], page: Page, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    with load.start("-H", *stub(1).urls, "--web-host", "127.0.0.1", "--web-port", str(free_port)) as locust:
        until(lambda: answers(url))
        page.goto(url)
        for section in ("Advanced options", "Custom parameters"):
            page.get_by_text(section).click()
        for field, value in (
            ("userCount", "3"),
            ("spawnRate", "3"),
            ("runTime", "5s"),
            ("rate", "20"),
            ("maxUsers", "7"),
        ):
            page.locator(f"input[name={field}]").fill(value)
        page.get_by_role("button", name="Start").click()
        wait_for_report(locust)
    assert load.record["model"] == "open"
    assert (load.record["arrivals"]["rate"], load.record["arrivals"]["max_users"]) == (20.0, 7)


def test_a_duet_shows_both_sides_and_reports_only_after_the_end(
    load: Load, pizzeria: Callable[..., str], free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    sides = ("-H", pizzeria(), "--duet", pizzeria())
    ui = ("--autostart", "-u", "2", "-r", "2", "--web-port", str(free_port))
    with load.start("--web-host", "127.0.0.1", *sides, *ui):
        until(lambda: under_way(load))
        before = httpx.get(f"{url}/service/report", timeout=PATIENCE)
        until(
            lambda: {"GetMenuQuery", "baseline: GetMenuQuery"} <= {row["name"] for row in service_rows(url)}
        )
        stop(url)
        until(lambda: httpx.get(f"{url}/service/latest", timeout=PATIENCE).json()["run"])
        report = httpx.get(f"{url}/service/report", timeout=PATIENCE)
    assert before.status_code == 404
    assert report.status_code == 200
    assert "Duet" in report.text


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


def under_way(load: Load) -> bool:
    return load.runs.exists() and any(load.runs.glob("*/scrapes-candidate.jsonl.gz"))


def wait_for_report(locust: subprocess.Popen[str]) -> None:
    """Until the processes that write the report have ended."""
    assert locust.stdout is not None
    assert any("no report" in line or "Report: " in line for line in locust.stdout)


def stop(url: str) -> None:
    """When there has been something to report."""
    time.sleep(WINDOW)
    httpx.post(f"{url}/stop", timeout=PATIENCE)


def service_rows(url: str) -> list[dict[str, Any]]:
    statistics = httpx.get(f"{url}/stats/requests", timeout=PATIENCE).json()
    (ours,) = statistics["extended_stats"]
    found: list[dict[str, Any]] = ours["data"]
    return found


def until(look: Callable[[], Any]) -> None:
    """It is there to be seen."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
