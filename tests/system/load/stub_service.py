"""A service that does just enough for the journeys, and logs each request.

``python stub_service.py LOG SIDES [--half-failing] [--slow-metrics] [--tls PEM]`` prints the
URL of each side, and appends a JSON list ``[side, method, path, body]`` to LOG for every request to the API.

It has no metrics, except slow ones by option: the first side reads them at once and sends them late, the
other reads them late and sends them at once.
"""

import itertools
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MENU = [{"name": "Margherita"}, {"name": "Supreme"}]
FIXED: dict[str, Any] = {
    "/api/menu/": MENU,
    "/api/orders/": [],
    "/api/orders/?status=confirmed": [],
    "/api/kitchen/status": {},
    "/api/delivery/ready": [],
}
SLOW = 0.5  # seconds that metrics take, when there are any


class Side(ThreadingHTTPServer):
    """One service, with orders of its own."""

    daemon_threads = True

    def __init__(self, number: int, log: Path, lock: threading.Lock, flags: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.number, self.log, self.lock = number, log, lock
        self.failing = "--half-failing" in flags and number == 0
        waits = (SLOW, 0.0) if number else (0.0, SLOW)
        self.metrics = waits if "--slow-metrics" in flags else None
        self.tls = "--tls" in flags
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(flags[flags.index("--tls") + 1])
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.executed = 0
        self.ids = itertools.count(1)
        self.statuses: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_port}" if self.tls else f"http://127.0.0.1:{self.server_port}"

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path in FIXED and method == "GET":
            return 200, FIXED[path]
        if path.startswith("/api/delivery/tour?"):
            return 200, {}
        if (method, path) == ("POST", "/api/orders/"):
            order_id = f"side{self.number}-{next(self.ids)}"
            self.statuses[order_id] = "confirmed"
            return 201, {"id": order_id}
        parts = path.split("/")
        if len(parts) > 3 and parts[3] in self.statuses:
            return self.advance(parts[3], parts[4:], body)
        return 404, {}

    def advance(self, order_id: str, verb: list[str], body: Any) -> tuple[int, Any]:
        if verb == ["assign"] and self.failing:
            return 500, {}
        words = {"cook": "cooking", "ready": "ready", "assign": "delivering"}
        if verb:
            self.statuses[order_id] = words.get(verb[0]) or body["status"]
        return 200, {"id": order_id, "status": self.statuses[order_id]}

    def exposition(self, before: float, after: float) -> bytes:
        """How many requests were executed, at a moment between the two waits."""
        time.sleep(before)
        executed = self.executed
        time.sleep(after)
        return f'cqrs_executions_total{{operation="any",type="Any"}} {executed}\n'.encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    server: Side

    def handle_any(self) -> None:
        if self.path == "/metrics" and self.server.metrics is not None:
            self.send(200, "text/plain", self.server.exposition(*self.server.metrics))
            return
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.loads(raw) if raw else None
        with self.server.lock:
            status, answer = self.server.answer(self.command, self.path, body)
            if self.path.startswith("/api/"):
                self.server.executed += 1
                with self.server.log.open("a") as log:
                    log.write(json.dumps([self.server.number, self.command, self.path, body]) + "\n")
        self.send(status, "application/json", json.dumps(answer).encode())

    def send(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the standard library's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


def main(log: Path, count: int, flags: list[str]) -> None:
    lock = threading.Lock()
    sides = [Side(number, log, lock, flags) for number in range(count)]
    threads = [threading.Thread(target=side.serve_forever, daemon=True) for side in sides]
    for thread in threads:
        thread.start()
    sys.stdout.write(" ".join(side.url for side in sides) + "\n")
    sys.stdout.flush()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
