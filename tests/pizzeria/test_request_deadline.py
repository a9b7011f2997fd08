"""Connections that do not send a whole request in time, by a clock that jumps."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from mario_perf.pizzeria.request_deadline import MOST_HEAD, REQUEST_DEADLINE, DeadlineProtocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HEAD = b"POST /api/orders/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


@dataclass
class Timer:
    at: float
    action: Callable[..., None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass
class Loop:
    """Runs timers when its clock is set forward; tasks run at once."""

    now: float = 0.0
    timers: list[Timer] = field(default_factory=list)

    def call_later(self, delay: float, action: Callable[..., None], *_: object) -> Timer:
        self.timers.append(Timer(self.now + delay, action))
        return self.timers[-1]

    def create_task(self, work: Any, **_: object) -> Any:
        with suppress(StopIteration):  # it waits for nothing
            work.send(None)
        return type("Task", (), {"add_done_callback": lambda *_: None})()

    def forward(self, seconds: float) -> None:
        self.now += seconds
        for timer in self.timers:
            if not timer.is_cancelled and timer.at <= self.now:
                timer.cancel()
                timer.action()


@dataclass
class Transport:
    is_open: bool = True

    def abort(self) -> None:
        self.is_open = False

    def write(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Of an idle connection, by uvicorn's own timer."""

    def is_closing(self) -> bool:
        return not self.is_open

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def get_extra_info(self, _: str) -> None: ...


@dataclass
class Connection:
    loop: Loop
    transport: Transport
    protocol: DeadlineProtocol

    def send(self, data: bytes) -> None:
        self.protocol.data_received(data)


async def app(scope: object, receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
def connection() -> Connection:
    loop, transport = Loop(), Transport()
    protocol = DeadlineProtocol(
        uvicorn.Config(app, interface="asgi3", log_config=None),
        ServerState(),
        {},
        _loop=loop,  # type: ignore[arg-type]
    )
    protocol.connection_made(transport)  # type: ignore[arg-type]
    return Connection(loop, transport, protocol)


def test_a_connection_that_sends_nothing_is_closed(connection: Connection) -> None:
    connection.loop.forward(REQUEST_DEADLINE - 1)
    assert connection.transport.is_open
    connection.loop.forward(1)
    assert not connection.transport.is_open


@pytest.mark.parametrize("whole", [HEAD, HEAD + b"bod"], ids=["head", "body"])
def test_bytes_that_drip_do_not_move_the_deadline(connection: Connection, whole: bytes) -> None:
    for byte in whole[:-1]:
        connection.send(bytes([byte]))
        connection.loop.forward(0.9 * REQUEST_DEADLINE / len(whole))
    assert connection.transport.is_open
    connection.loop.forward(0.2 * REQUEST_DEADLINE)
    assert not connection.transport.is_open


def test_each_request_of_a_connection_has_its_own_deadline(connection: Connection) -> None:
    for _ in range(3):
        connection.send(HEAD + b"body")
        connection.loop.forward(2 * REQUEST_DEADLINE)
        assert connection.transport.is_open
    connection.send(HEAD[:9])
    connection.loop.forward(REQUEST_DEADLINE)
    assert not connection.transport.is_open


def test_a_head_without_an_end_is_not_collected(connection: Connection) -> None:
    connection.send(HEAD[:-2])
    sent = 0
    while connection.transport.is_open:
        connection.send(b"X: " + b"x" * 997 + b"\r\n")
        sent += 1002
        assert sent < MOST_HEAD + 3_000


def test_a_large_body_is_no_large_head(connection: Connection) -> None:
    connection.send(HEAD.replace(b"4", b"999999") + b"x" * 900_000)
    connection.send(b"x" * 99_999)
    assert connection.transport.is_open


def test_a_connection_that_is_gone_leaves_no_timer(connection: Connection) -> None:
    connection.protocol.connection_lost(ConnectionResetError())
    assert all(timer.is_cancelled for timer in connection.loop.timers)
