"""A service that shows metrics, and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY = '# HELP a Ünits\na 1\n\na{b="c\\n"} 2\n'


class Service(ThreadingHTTPServer):
    body: str


class Exposition(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        content = self.server.body.encode()
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def serving(body: str = BODY) -> Iterator[str]:
    """Its URL, while it serves."""
    server = Service(("127.0.0.1", 0), Exposition)
    server.body = body
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
