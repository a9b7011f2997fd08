"""A metrics page that is none is refused before any load."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from mario_perf.errors import UserError
from mario_perf.gate import metrics_pages

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def showing(text: str, failures: int = 0) -> Iterator[int]:
    """The port of a service whose metrics page has a text, after some failures."""
    failing = iter(range(failures))

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fails = next(failing, None) is not None
            self.send_response(500 if fails else 200 if self.path == "/metrics" else 404)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(30)


@pytest.mark.parametrize("text", ["# TYPE a counter\na 1\n", "", "\n"])
def test_metrics_pass_and_so_does_a_page_that_is_empty_before_the_first_request(text: str) -> None:
    with showing(text) as port:
        metrics_pages.check_ports("/metrics", [port])


def test_a_page_that_fails_now_and_then_is_asked_again() -> None:
    with showing("a 1\n", failures=2) as port:
        metrics_pages.check_ports("/metrics", [port])
    with showing("a 1\n", failures=3) as port, pytest.raises(UserError, match=r"status 500"):
        metrics_pages.check_ports("/metrics", [port])


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("<!doctype html><title>Log in</title>", "/metrics", "an HTML page"),
        ('{"up": 1}', "/metrics", "a JSON document"),
        ("a 1\n", "/actuator", r"no metrics \(status 404\)"),
    ],
)
def test_another_page_is_refused_with_both_ways_out(text: str, path: str, said: str) -> None:
    with showing(text) as port, pytest.raises(UserError, match=said) as refused:
        metrics_pages.check_ports(path, [port])
    assert "[service] metrics" in str(refused.value)
    assert '"client"' in str(refused.value)


def test_a_service_that_does_not_answer_is_refused() -> None:
    with pytest.raises(UserError, match="no metrics"):
        metrics_pages.check("http://127.0.0.1:9", "/metrics")


def test_a_service_without_metrics_is_not_asked() -> None:
    metrics_pages.check("http://127.0.0.1:9", "")
