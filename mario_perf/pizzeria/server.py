"""The process that serves: a listener that is bound first, uvicorn on it, and a clean end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

import uvicorn
from fastapi.responses import PlainTextResponse

from mario_perf.pizzeria.request_deadline import DeadlineProtocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

KEEP_ALIVE = 5
"""Seconds that an idle connection is kept open."""

LAST_ORDERS = 2
"""Seconds that requests under way may still take when the service is told to stop."""


class Server(uvicorn.Server):
    """uvicorn that says on standard output where it listens, once it answers there.

    ``farewell`` is called when it stops: it ends requests that would never end by themselves.
    """

    def __init__(self, config: uvicorn.Config, farewell: Callable[[], None]) -> None:
        super().__init__(config)
        self._farewell = farewell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        for each in sockets or ():
            host, port = each.getsockname()[:2]
            sys.stdout.write(f"listening on http://{f'[{host}]' if ':' in host else host}:{port}\n")
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say farewell, then wait for the requests under way."""
        self._farewell()
        await super().shutdown(sockets=sockets)


def server(app: ASGIApp, farewell: Callable[[], None]) -> Server:
    """What answers requests; in a main thread until SIGINT or SIGTERM, which end in ``SystemExit(0)``."""
    config = uvicorn.Config(
        _closing(app),
        http=DeadlineProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LAST_ORDERS,
    )
    return Server(config, farewell)


def _closing(app: ASGIApp) -> ASGIApp:
    """``app``, whose requests that are cut short at the end are answered with 503."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            await PlainTextResponse("The pizzeria is closing", 503)(scope, receive, send)

    return answered


def stop_cleanly() -> None:
    """Let SIGINT and SIGTERM unwind the program, whatever it is at, so that everything is closed and removed.

    uvicorn takes the signals over while it runs, and raises them once more when it is done.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stopped)


def _stopped(*_: object) -> NoReturn:
    sys.exit(0)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket: connections wait in it until the server takes them.

    Raises:
        OSError: the address cannot be used; the message says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio knows TCP when it sees it and turns Nagle's algorithm off; otherwise an
    # answer in two pieces waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        why = error.strerror or error
        raise OSError(f"cannot listen on {host}:{port} ({why}); choose another --host or --port") from error
    return listener
