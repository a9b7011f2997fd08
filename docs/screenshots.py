"""The pictures in the documentation: ``python docs/screenshots.py``; needs Chromium.

Of Mario's page; with ``--report runs/ID/report.html`` of that report, which stands at the top of the README.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent
GUESTS = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov", "Donald Knuth")
PICTURES = {"ui-desktop": (1280, 900), "ui-phone": (390, 844)}  # width and height, pixels
REPORT = (1180, 1230)


@contextmanager
def pizzeria() -> Iterator[httpx.Client]:
    """A pizzeria on a free port."""
    command = [sys.executable, "-m", "mario_perf.pizzeria", "--port", "0"]
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            with httpx.Client(base_url=url, timeout=10) as client:
                yield client
        finally:
            process.terminate()


def serve_guests(client: httpx.Client) -> None:
    """Six orders, each a little less far than the one before."""
    menu = [pizza["name"] for pizza in client.get("/api/menu/").json()]
    orders = [
        client.post(
            "/api/orders/",
            json={
                "customer_name": guest,
                "customer_phone": f"+1555000{number:04}",
                "customer_address": f"{number + 10} Via Roma",
                "pizzas": [{"name": menu[number], "size": "large"}, {"name": menu[1], "size": "small"}],
                "payment_method": "cash",
            },
        ).json()["id"]
        for number, guest in enumerate(GUESTS)
    ]
    for order in orders[:4]:
        client.put(f"/api/orders/{order}/cook")
    for order in orders[:3]:
        client.put(f"/api/orders/{order}/ready")
    for order in orders[:2]:
        client.post(f"/api/delivery/{order}/assign", json={"delivery_person_id": "luigi"})


def picture_mario(browser: Browser) -> None:
    """Mario's page with guests, wide and on a phone."""
    with pizzeria() as client:
        serve_guests(client)
        for name, (width, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(str(client.base_url))
            page.get_by_text("Live", exact=True).wait_for()
            page.get_by_label("Add Supreme").click()
            page.mouse.move(0, 0)
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png", full_page=name == "ui-desktop")


def picture_report(browser: Browser, report: Path) -> None:
    """What stands at the top of a gate's report: the verdict and what changed."""
    width, height = REPORT
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(report.resolve().as_uri())
    page.screenshot(path=FOLDER / "report.png")


def main() -> None:
    """Make the report's, or those of Mario's page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, help="an HTML report of a gate; without it, Mario's page")
    report: Path | None = parser.parse_args().report
    if report and not report.is_file():
        parser.error(f"{report}: no such report; run mario-perf gate, and give its runs/ID/report.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        if report is None:
            picture_mario(browser)
        else:
            picture_report(browser, report)
        browser.close()


if __name__ == "__main__":
    main()
