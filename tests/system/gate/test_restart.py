"""A command that restarts services by URL."""

import socketserver
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mario_perf.errors import UserError
from mario_perf.gate.certificates import SYSTEM_CERTIFICATES
from mario_perf.gate.restart import restart
from mario_perf.gate.sides import ServiceTarget, serve_targets


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_it_runs_and_waits_for_an_answer(url: str, tmp_path: Path) -> None:
    restart(f"touch {tmp_path}/restarted", [url], SYSTEM_CERTIFICATES)
    with pytest.raises(UserError, match="exit code"):
        restart(f"test ! -e {tmp_path}/restarted", [url], SYSTEM_CERTIFICATES)


def test_what_fails_is_told_in_one_line(url: str) -> None:
    failing = f"{sys.executable} -c 'raise SystemExit(\"no such service\")'"
    with pytest.raises(UserError, match=r"exit code 1 \(no such service\); correct the command"):
        restart(failing, [url], SYSTEM_CERTIFICATES)
    with pytest.raises(UserError, match="correct the command"):
        restart("no-such-command", [url], SYSTEM_CERTIFICATES)
    with pytest.raises(UserError, match="does not answer after --restart"):
        restart("true", ["http://127.0.0.1:1"], SYSTEM_CERTIFICATES, longest=0.2)


def test_each_round_restarts_them(tmp_path: Path) -> None:
    calls: list[int] = []
    target = ServiceTarget("http://127.0.0.1:1", None, "/metrics")
    serving = serve_targets(target, target, restart=lambda: calls.append(1))
    for seed in (1, 2, 3):
        with serving(seed, tmp_path) as services:
            assert services.fresh
    assert len(calls) == 3
    with serve_targets(target, target)(1, tmp_path) as services:
        assert not services.fresh
