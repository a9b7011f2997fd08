"""A repository of a small service: each commit creeps, and one makes a step."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WORK = 20_000
"""Additions of a request: about half a millisecond."""

CREEP = 1.004
"""By how much each commit slows /books."""

SERVICE = """
import http.server, json, pathlib, sys, time

BOUNDS = [10 ** (power / 40) for power in range(-160, 1)]
WORK = json.loads(pathlib.Path(__file__).with_name("work.json").read_text())
COUNTS = {route: [0] * (len(BOUNDS) + 1) for route in WORK}
SUMS = dict.fromkeys(WORK, 0.0)
STARTED = time.time()


def page():
    yield f"process_start_time_seconds {STARTED}"
    yield "# TYPE http_request_duration_seconds histogram"
    for route, counts in COUNTS.items():
        label, total = f'handler="{route}"', 0
        for bound, count in zip([*BOUNDS, "+Inf"], counts):
            total += count
            yield f'http_request_duration_seconds_bucket{{{label},le="{bound}"}} {total}'
        yield f"http_request_duration_seconds_sum{{{label}}} {SUMS[route]}"
        yield f"http_request_duration_seconds_count{{{label}}} {total}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        began, body = time.perf_counter(), b"ok"
        if self.path == "/metrics":
            body = ("\\\\n".join(page()) + "\\\\n").encode()
        if self.path in WORK:
            sum(range(WORK[self.path]))
            taken = time.perf_counter() - began
            SUMS[self.path] += taken
            COUNTS[self.path][sum(bound < taken for bound in BOUNDS)] += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
""".replace("\\\\n", "\\n")

USERS = """
from locust import task
from mario_perf.load.locust_plugin import MeasuredUser, Step


class Caller(MeasuredUser):
    @task
    def call(self):
        for name in ("orders", "books"):
            self.session.step(Step(name, f"/{name}", "GET"), f"/{name}")
"""

POLICY = """
[load]
locustfile = "users.py"

[metrics]
duration = "http_request_duration_seconds"
name_label = "handler"

[thresholds]
min_samples = 50

[service]
start = ["python", "service.py", "{port}"]
ready = "/metrics"
"""

IGNORED = "runs/\n__pycache__/\n"


@dataclass(frozen=True, slots=True)
class Planted:
    """Commits of the repository, the oldest first, and the place of the one with the step."""

    commits: tuple[str, ...]
    place: int


def make(folder: Path, commits: int, step: float, place: int) -> None:
    """Fill a folder with a repository of ``commits`` commits after the first one."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    texts = {"service.py": SERVICE, "users.py": USERS, "perf.toml": POLICY, ".gitignore": IGNORED}
    for name, text in texts.items():
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    for number in range(commits + 1):
        orders = WORK * (step if number >= place else 1)
        work = {"/orders": round(orders), "/books": round(WORK * CREEP**number)}
        (folder / "work.json").write_text(json.dumps(work), encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--allow-empty", "-m", f"change {number}")


def planted(folder: Path, place: int) -> Planted:
    """The repository in a folder."""
    return Planted(tuple(git(folder, "rev-list", "--reverse", "main").split()), place)


def git(folder: Path, *arguments: str) -> str:
    """What git says."""
    identity = ("-c", "user.name=Planted", "-c", "user.email=planted@example.invalid")
    done = subprocess.run(
        ["git", *identity, "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()
