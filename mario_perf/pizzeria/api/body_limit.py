"""An ASGI middleware that refuses request bodies no order needs: a body is held in memory."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import HTTPException

from mario_perf.pizzeria.api.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST: Final = 1 << 20
"""Bytes of a body. The largest order that the API accepts has some 250,000."""

_DETAIL: Final = f"The body is larger than {MOST >> 10} KiB"


class BodyLimitMiddleware:
    """Answers 413 as soon as a body is known to be too large, whether or not its length was announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count its body as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > MOST:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _DETAIL)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _DETAIL)
            return message

        await self._app(scope, counted, send)


def _announced(scope: Scope) -> int:
    """What ``Content-Length`` says; the server has checked that it is a number."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
