"""What the benchmark of a scrape times."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from benchmarks.instrumentation import scrape
from mario_perf.pizzeria.cqrs.metrics.histogram_text import DURATION
from tests.pizzeria.series import samples


def test_the_page_that_is_timed_is_the_whole_one() -> None:
    app, work = scrape._pizzeria()
    work()

    async def asked() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return (await client.get("/metrics")).text

    names = [name for name, _ in samples(asyncio.run(asked()))]
    assert names.count(f"{DURATION}_bucket") == 20 * 2 * 121
    assert names.count("http_server_duration_milliseconds_count") >= 40
    assert any(name.startswith("mario_") for name in names)


def test_a_page_that_is_refused_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scrape.SCOPE, "path", "/nowhere")
    with pytest.raises(RuntimeError, match="404"):
        scrape.measured()
