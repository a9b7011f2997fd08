"""The pictures of Mario's page in the documentation: ``python docs/screenshots.py``; needs Chromium."""

from __future__ import annotations

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

FOLDER = Path(__file__).parent
GUESTS = ("Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov", "Donald Knuth")
PICTURES = {"ui-desktop": (1280, 900), "ui-phone": (390, 844)}  # width and height, pixels


@contextmanager
def pizzeria() -> Iterator[httpx.Client]:
    """A pizzeria on a free port."""
    command = [sys.executable, "-m", "pizzeria", "--port", "0"]
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


def main() -> None:
    """Make them all."""
    with pizzeria() as client, sync_playwright() as playwright:
        serve_guests(client)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (width, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(str(client.base_url))
            page.get_by_text("Live", exact=True).wait_for()
            page.get_by_label("Add Supreme").click()
            page.mouse.move(0, 0)
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png", full_page=name == "ui-desktop")
        browser.close()


if __name__ == "__main__":
    main()
