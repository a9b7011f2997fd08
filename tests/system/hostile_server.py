"""A server on loopback that behaves as badly as a path asks it to, and remembers what it was sent."""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

BOMB = 1 << 27
"""Bytes that a bomb unpacks to: twice what a reader accepts."""

PAUSE = 0.02
"""Seconds between the bytes of a drip."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.elsewhere = ""

    def handle_error(self, *_: object) -> None:
        """The client left: it had enough."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        name = self.path.partition("?")[0].strip("/").partition("/")[0]
        getattr(self, f"do_{name}", self.do_plain)()

    def do_plain(self) -> None:
        self._answer(200, b"up 1\n")

    def do_drip(self) -> None:
        self._head({"Content-Type": "text/plain"})
        self._send_forever(b"#", PAUSE)

    def do_driphead(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        self._send_forever(b"x", PAUSE)

    def do_endless(self) -> None:
        self._head({"Content-Type": "text/plain"})
        self._send_forever(b"#" * (1 << 18), 0)

    def do_gzip(self) -> None:
        self._answer(200, packed("gzip"), {"Content-Encoding": "gzip"})

    def do_deflate(self) -> None:
        self._answer(200, packed("deflate"), {"Content-Encoding": "deflate"})

    def do_zipped(self) -> None:
        self._answer(200, gzip.compress(b"up 1\n"), {"Content-Encoding": "gzip"})

    def do_away(self) -> None:
        self._answer(307, b"", {"Location": f"{self.server.elsewhere}/plain"})

    def do_near(self) -> None:
        self._answer(307, b"", {"Location": "/plain"})

    def do_loop(self) -> None:
        self._answer(307, b"", {"Location": "/loop"})

    def do_later(self) -> None:
        self._answer(503, b"busy", {"Retry-After": "3600"})

    def do_json(self) -> None:
        """Whatever the address holds in its part ``/json/TEXT/``."""
        self._answer(200, unquote(self.path.split("/")[2]).encode())

    def do_deep(self) -> None:
        self._answer(200, b"[" * 100_000)

    def do_soon(self) -> None:
        busy = sum(path == self.path for path, _ in self.server.seen) == 1
        self._answer(503 if busy else 200, b'{"data":{"result":[]},"status":"success"}', {"Retry-After": "0"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/plain", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _head(self, headers: dict[str, str]) -> None:
        self.close_connection = True
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_forever(self, piece: bytes, pause: float) -> None:
        while True:
            self.wfile.write(piece)
            time.sleep(pause)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def packed(kind: str) -> bytes:
    """A bomb: zeros, in a thousandth of their size."""
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS + (16 if kind == "gzip" else 0))
    zeros = bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(BOMB >> 20)) + packer.flush()


@contextmanager
def hostile(elsewhere: str = "") -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """The server's URL, and what it is asked, with headers; redirects to ``elsewhere`` are at ``/away``."""
    server = _Server()
    server.elsewhere = elsewhere
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
