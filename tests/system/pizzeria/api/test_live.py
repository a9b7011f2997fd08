"""Orders as server-sent events."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.pizzeria.application.announcements import BACKLOG, END, Announcements
from mario_perf.pizzeria.domain.order import Customer, Order, Payment
from mario_perf.pizzeria.domain.pizza import Pizza, Size
from tests.pizzeria.series import growth
from tests.system.pizzerias import Service, hosted, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


PIZZA = Pizza("p", "Margherita", Size.SMALL, (), Decimal(10))
ORDER = Order("o", Customer("Ada", "1", "Street"), (PIZZA,), Payment.CASH, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def service() -> Iterator[Service]:
    with hosted() as running:
        yield running


def next_order(lines: Iterator[str]) -> dict[str, Any]:
    data = next(line for line in lines if line.startswith("data: "))
    order: dict[str, Any] = json.loads(data.removeprefix("data: "))
    return order


def listening(answer: httpx.Response) -> Iterator[str]:
    """Its lines, from the first event on."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = answer.iter_lines()
    assert next(lines).startswith("retry: ")
    return lines


def test_each_step_of_an_order_is_an_event(service: Service) -> None:
    with service.client.stream("GET", "/api/events") as answer:
        lines = listening(answer)
        placed = service.order()
        assert next_order(lines) == placed
        service.client.put(f"/api/orders/{placed['id']}/cook")
        assert next_order(lines)["status"] == "cooking"


def test_what_was_refused_and_what_was_only_asked_is_no_event(service: Service) -> None:
    with service.client.stream("GET", "/api/events") as answer:
        lines = listening(answer)
        service.client.put("/api/orders/none/cook")
        service.client.get("/api/orders/")
        placed = service.order()
        assert next_order(lines) == placed


def test_a_stream_is_no_operation_and_no_request_under_way(service: Service) -> None:
    before = service.samples()
    with service.client.stream("GET", "/api/events") as answer:
        listening(answer)
        during = service.samples()
    assert growth(before, during, "cqrs_executions_total") == {}
    assert growth(before, during, "http_server_active_requests") == {}
    assert growth(before, during, "http_server_duration_milliseconds_count") == {}


def test_a_listener_does_not_keep_the_service_from_ending() -> None:
    with started() as service, service.client.stream("GET", "/api/events") as answer:
        lines = listening(answer)
        service.process.terminate()
        assert [line for line in lines if line] == []
        assert service.process.wait(10) == 0


def test_a_listener_that_is_too_slow_is_let_go_and_nobody_waits_for_it() -> None:
    async def main() -> None:
        announcements = Announcements()
        with announcements.heard() as slow, announcements.heard() as quick:
            for number in range(BACKLOG + 10):
                order = replace(ORDER, id=str(number))
                announcements.announce(order)
                assert await asyncio.wait_for(quick.get(), 1) is order
            heard = [slow.get_nowait() for _ in range(slow.qsize())]
        assert len(heard) == BACKLOG + 1
        assert heard[-1] is END

    asyncio.run(main())


def test_what_nobody_heard_is_not_kept() -> None:
    announcements = Announcements()
    announcements.announce(ORDER)
    with announcements.heard() as queue:
        assert queue.empty()


def test_the_pages_files_are_asked_for_again_and_not_sent_twice(service: Service) -> None:
    first = service.client.get("/ui/app.js")
    assert first.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in service.client.get("/").headers["content-security-policy"]
    again = service.client.get("/ui/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_file_of_the_page_is_one_target_of_the_http_metrics(service: Service) -> None:
    before = service.samples()
    for name in ("app.js", "style.css", "none.js"):
        service.client.get(f"/ui/{name}")
    grown = growth(before, service.samples(), "http_server_duration_milliseconds_count")
    assert {dict(labels)["http_target"] for labels in grown} == {"/ui"}
