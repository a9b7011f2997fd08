"""The reference as a service: ``GET /work`` does each kind of work, ``GET /metrics`` tells how long.

It speaks just enough HTTP/1.1 for one client that keeps its connections, and needs only the standard library:
no version of a framework moves it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import perf_counter, time
from typing import TYPE_CHECKING, Final

from mario_perf.reference.histograms import Histograms
from mario_perf.reference.work import VERSION, work

if TYPE_CHECKING:
    from mario_perf.reference.work import Store

KIND: Final = f"reference-{VERSION}"
"""The label that tells versions apart."""

WAIT: Final = 0.001
TIMES: Final = 4
"""Of each kind of work in a request; the last is timed. The first ones bring its code and data back into the
caches, from which the service has driven them meanwhile: cold, typical times of two runs lie 2 % apart, as a
standard deviation, and warm 0.6 %."""

_HEAD_LIMIT: Final = 1 << 14  # bytes


class ReferenceService:
    """Answers requests. Work is done in the event loop, one piece after the other."""

    def __init__(self, store: Store) -> None:
        self._work = work(store)
        self._histograms = Histograms(KIND, time())
        self._connections: set[asyncio.StreamWriter] = set()

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Listen.

        Raises:
            OSError: The address cannot be used.
        """
        return await asyncio.start_server(self._converse, host, port, limit=_HEAD_LIMIT)

    def close(self) -> None:
        """Close what clients keep open."""
        for writer in self._connections:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                status, body = await self._answer(head.split(b"\r\n", 1)[0])
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        self._connections.discard(writer)
        writer.close()

    async def _answer(self, request: bytes) -> tuple[str, bytes]:
        path = request.split(b" ")[1] if request.startswith(b"GET /") else b""
        if path == b"/work":
            await self._do_all()
            return "200 OK", b"done\n"
        if path == b"/metrics":
            return "200 OK", self._histograms.page().encode()
        if path in {b"/", b"/health"}:
            return "200 OK", f"{KIND}\n".encode()
        return "404 Not Found", b"GET /work, /metrics or /health\n"

    async def _do_all(self) -> None:
        for name, execute in self._work.items():
            for _ in range(TIMES - 1):
                execute()
            start = perf_counter()
            execute()
            self._histograms.add(name, perf_counter() - start)
        start = perf_counter()
        await asyncio.sleep(WAIT)
        self._histograms.add("Wait", perf_counter() - start)
