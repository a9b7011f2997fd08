"""A server with known response times: ``python -m benchmarks.load.delaying PORT [stalls]``.

``/delayed`` is answered after a delay that is drawn, ``/waited`` tells how long it really was, and any other
path is answered at once. It keeps its core busy, so as not to be late, and takes some microseconds a request,
which it expects in one piece and without a body. When it ``stalls`` it neither reads nor writes.
"""

from __future__ import annotations

import json
import select
import socket
import sys
from contextlib import suppress
from heapq import heappop, heappush
from time import perf_counter, sleep, time
from typing import Any, NoReturn

import httpx

from benchmarks.load.delays import EVERY, FIRST, LASTS, Log, draws

LONGEST_REQUEST = 65_536
MANY = 4096
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\nContent-Length: "


def log(url: str) -> Log:
    """What the server at this URL did."""
    kept = httpx.get(f"{url}/waited", timeout=60.0, trust_env=False).raise_for_status().json()
    return Log(
        tuple(kept["read"]),
        tuple(kept["waited"]),
        tuple(kept["drawn"]),
        tuple((begin, end) for begin, end in kept["stalls"]),
    )


class Server:
    """One thread around epoll. It never waits: what is due is sent when it is due."""

    def __init__(self, port: int, *, stalls: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=MANY)
        self._listener.settimeout(0)
        self._epoll = select.epoll()
        self._epoll.register(self._listener, select.EPOLLIN)
        self._connections: dict[int, socket.socket] = {}
        self._delays = draws()
        self._due: list[tuple[float, float, float, int, socket.socket]] = []
        self._kept: list[tuple[float, float, float]] = []
        self._stalls: list[tuple[float, float]] = []
        self._next_stall = float("inf")
        self._may_stall = stalls
        self._epoch = time() - perf_counter()

    def serve(self) -> NoReturn:
        """Until it is killed."""
        while True:
            for number, _ in self._epoll.poll(0):
                if number in self._connections:
                    self._read(self._connections[number])
                else:
                    self._accept()
            self._answer()
            if perf_counter() >= self._next_stall:
                self._stall()

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(0)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections[connection.fileno()] = connection
                self._epoll.register(connection, select.EPOLLIN)

    def _read(self, connection: socket.socket) -> None:
        try:
            request = connection.recv(LONGEST_REQUEST)
        except ConnectionError:
            request = b""
        if request.startswith(b"GET /delayed"):
            delay, now = next(self._delays), perf_counter()
            heappush(self._due, (now + delay, now, delay, connection.fileno(), connection))
            if self._may_stall:
                self._may_stall, self._next_stall = False, now + FIRST
        elif request.startswith(b"GET /waited"):
            _send_all(connection, json.dumps(self._told()).encode())
        elif request:
            _send_all(connection, b"ok")
        else:
            self._epoll.unregister(connection)
            del self._connections[connection.fileno()]
            connection.close()

    def _answer(self) -> None:
        now = perf_counter()
        while self._due and self._due[0][0] <= now:
            _, read, delay, _, connection = heappop(self._due)
            with suppress(OSError):  # it has been closed
                connection.send(HEAD + b"2\r\n\r\nok")
                self._kept.append((read, perf_counter() - read, delay))

    def _stall(self) -> None:
        begin = perf_counter()
        sleep(self._next_stall + LASTS - begin)
        self._stalls.append((begin, perf_counter()))
        self._next_stall += EVERY

    def _told(self) -> dict[str, Any]:
        return {
            "read": [self._epoch + read for read, _, _ in self._kept],
            "waited": [waited for _, waited, _ in self._kept],
            "drawn": [drawn for _, _, drawn in self._kept],
            "stalls": [(self._epoch + begin, self._epoch + end) for begin, end in self._stalls],
        }


def _send_all(connection: socket.socket, body: bytes) -> None:
    with suppress(OSError):
        connection.settimeout(None)
        connection.sendall(HEAD + f"{len(body)}\r\n\r\n".encode() + body)
        connection.settimeout(0)


if __name__ == "__main__":
    Server(int(sys.argv[1]), stalls="stalls" in sys.argv[2:]).serve()
