"""The user in Locust's own process, monkey patching and all."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Factory = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PROJECT = Path(__file__).parents[4]

LOCUSTFILE = """
from locust import constant, task
from mario_perf.load.users.rapid_http_user import RapidHttpUser

class Mario(RapidHttpUser):
    wait_time = constant(0.02)

    @task
    def order(self):
        self.client.get("/menu", name="menu")
        with self.rest("POST", "/orders", json={"size": "L"}) as response:
            response.failure("not today")
"""


def test_users_report_what_they_do_on_one_connection_each(serve: Factory, tmp_path: Path) -> None:
    server = serve([["serve", OK]])
    locustfile = tmp_path / "locustfile.py"
    locustfile.write_text(LOCUSTFILE)
    options = ["--host", server.url, "--headless", "--users", "3", "--spawn-rate", "3", "--run-time", "2s"]
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(locustfile),
        *options,
        "--json",
        "--stop-timeout",
        "5",
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr  # there were failures
    assert "Traceback" not in done.stderr
    entries = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert entries["menu"]["num_requests"] > 0
    assert entries["menu"]["num_failures"] == 0
    assert entries["/orders"]["num_failures"] == entries["/orders"]["num_requests"] > 0
    assert len(server.connections) == 3
    sent = b"".join(server.connections)
    for line, name in ((b"GET /menu ", "menu"), (b"POST /orders ", "/orders")):
        # Locust kills what is under way at the end: at most one request a user.
        assert 0 <= sent.count(line) - entries[name]["num_requests"] <= 3


def test_no_module_beside_the_locustfile_shadows_a_standard_one() -> None:
    """Locust puts the locustfile's folder at the head of `sys.path`."""
    names = {path.stem for path in (PROJECT / "loadtests").iterdir()}
    assert "mario" in names
    assert not names & sys.stdlib_module_names
