"""A branch that changes only a package's version: refused in one environment, measured in two."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.system.e2e.conftest import run
from tests.system.e2e.test_gate import git, report_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

PACKAGE = """
import time

def check():
    time.sleep({seconds})
"""

SERVICE = """
import http.server, sys, time
import guard

BOUNDS = [10 ** (power / 20) for power in range(-80, 21)]
TIMES = {"/checked": [], "/plain": []}
STARTED = time.time()


def page():
    yield f"process_start_time_seconds {STARTED}"
    yield "# TYPE http_request_duration_seconds histogram"
    for route, times in TIMES.items():
        label = f'handler="{route}"'
        for bound in BOUNDS:
            count = sum(each <= bound for each in times)
            yield f'http_request_duration_seconds_bucket{{{label},le="{bound}"}} {count}'
        yield f'http_request_duration_seconds_bucket{{{label},le="+Inf"}} {len(times)}'
        yield f"http_request_duration_seconds_sum{{{label}}} {sum(times)}"
        yield f"http_request_duration_seconds_count{{{label}}} {len(times)}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        began = time.perf_counter()
        body = b"ok"
        if self.path == "/metrics":
            body = ("\\n".join(page()) + "\\n").encode()
        if self.path == "/checked":
            guard.check()
        if self.path in TIMES:
            sum(range(20_000))
            TIMES[self.path].append(time.perf_counter() - began)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

USERS = """
from locust import task
from mario_perf.load.locust_plugin import MeasuredUser, Step

class Caller(MeasuredUser):
    @task
    def call(self):
        self.session.step(Step("checked", "/checked", "GET"), "/checked")
        self.session.step(Step("plain", "/plain", "GET"), "/plain")
"""

POLICY = """
[load]
locustfile = "users.py"
[metrics]
duration = "http_request_duration_seconds"
name_label = "handler"
[thresholds]
latency_noise = 0.5
latency_resolution = 4.0
tail_noise = 2.0
tail_resolution = 20.0
mean_noise = 1.0
mean_resolution = 20.0
error_noise = 0.05
error_resolution = 0.5
slow_noise = 0.1
slow_resolution = 0.5
min_samples = 10
[service]
start = ["python", "service.py", "{port}"]
"""


def wheel(folder: Path, version: str, seconds: float) -> None:
    info = f"guard-{version}.dist-info"
    files = {
        "guard.py": PACKAGE.format(seconds=seconds),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: guard\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"guard-{version}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A repository whose branch takes the slower version of a package, and changes nothing else."""
    repository, wheels = tmp_path / "shop", tmp_path / "wheels"
    for folder in (repository, wheels):
        folder.mkdir()
    wheel(wheels, "2.6.1", 0.001)
    wheel(wheels, "2.7.0", 0.1)
    texts = {"service.py": SERVICE, "users.py": USERS, "perf.toml": POLICY, ".gitignore": "runs/\n"}
    for name, text in texts.items():
        (repository / name).write_text(text)
    git("init", "-q", "-b", "main", cwd=repository)
    for version, branch in (("2.6.1", "main"), ("2.7.0", "newer")):
        git("checkout", "-q", "-B", branch, cwd=repository)
        (repository / "requirements.txt").write_text(f"guard=={version}\n")
        git("add", ".", cwd=repository)
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
        git(*identity, "commit", "-qm", version, cwd=repository)
    return repository


def test_a_slower_package_is_refused_in_one_environment_and_seen_in_two(branch: Path, tmp_path: Path) -> None:
    local = {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path / "wheels"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    options = ("--round-duration", "2", "--rounds", "1")
    refused = run("mario_perf", "gate", *options, cwd=branch, **local)
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "requirements.txt differs between the builds" in refused.stderr.splitlines()[-1]
    (branch / "perf.toml").write_text(POLICY + 'setup = "pip"\n')
    done = run("mario_perf", "gate", *options, cwd=branch, **local)
    assert done.returncode == 4, done.stdout + done.stderr  # one round confirms nothing
    report = report_of(branch / "runs")
    (checked,) = (each for each in report["operations"] if each["operation"]["name"] == "/checked")
    assert checked["candidate"]["mean"] > 0.1
    assert checked["baseline"]["mean"] < 0.05
    told = {finding["code"]: finding["message"] for finding in report["findings"]}
    assert "guard 2.6.1 → 2.7.0" in told["packages-differ"]
    assert "same-packages" not in told
    versions = {
        target["side"]: target["packages"]["versions"]["guard"] for target in report["runs"][0]["targets"]
    }
    assert versions == {"baseline": "2.6.1", "candidate": "2.7.0"}
    assert len(list((tmp_path / "cache/mario-perf/environments").glob("*.whole"))) == 2
