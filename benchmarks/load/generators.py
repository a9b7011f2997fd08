"""Load generators, each on the second core, and what they did."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.load.servers import CLIENT_CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOCUSTFILE = Path(__file__).parent / "locustfile.py"
USERS = 50
LATE = 60.0
"""Seconds beyond its duration after which a generator is given up."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of a generator did."""

    requests: float
    seconds: float
    cpu: float  # seconds of the generator's own
    memory: float = 0.0  # bytes at the peak


class MissingError(Exception):
    """A generator is not installed."""


def locust(user: str, url: str, seconds: int, users: int = USERS) -> Done:
    """Locust with one of the user classes of ``locustfile``."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        asked = urlsplit(url)
        host = f"{asked.scheme}://{asked.netloc}"
        command = [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"),
            *("-u", str(users), "-r", str(users), "-t", f"{seconds}s", "-H", host),
        ]
        chosen = {"BENCHMARK_USER": user, "BENCHMARK_PATH": asked.path, "BENCHMARK_RESULT": str(result)}
        _run(command, seconds, chosen)
        figures = json.loads(result.read_text(encoding="utf-8"))
    if figures["failures"]:
        raise RuntimeError(f"{user}: {figures['failures']} requests failed")
    return Done(figures["requests"], figures["seconds"], figures["cpu"], figures["memory"])


def hey(url: str, seconds: int) -> Done:
    """One operating-system thread for Go's scheduler."""
    return _tool(["hey", "-z", f"{seconds}s", "-c", str(USERS), "-cpus", "1", url], seconds, _rate)


def wrk(url: str, seconds: int) -> Done:
    """One thread."""
    return _tool(["wrk", "-t", "1", "-c", str(USERS), "-d", f"{seconds}s", url], seconds, _rate)


def ab(url: str, seconds: int) -> Done:
    """With keep-alive, as all others have."""
    command = ["ab", "-q", "-k", "-c", str(USERS), "-t", str(seconds), "-n", "100000000", url]
    return _tool(command, seconds, _complete)


def autocannon(url: str, seconds: int) -> Done:
    """One worker, no pipelining."""
    command = ["autocannon", "-c", str(USERS), "-d", str(seconds), "-j", url]
    return _tool(command, seconds, lambda text, _: float(json.loads(text)["requests"]["total"]))


def _tool(command: Sequence[str], seconds: int, read: Callable[[str, int], float]) -> Done:
    if shutil.which(command[0]) is None:
        raise MissingError(f"{command[0]} is not installed")
    before = _children_cpu()
    text = _run(command, seconds, {})
    return Done(read(text, seconds), seconds, _children_cpu() - before)


def _run(command: Sequence[str], seconds: int, environment: dict[str, str]) -> str:
    pinned = ["taskset", "--cpu-list", CLIENT_CORE, *command]
    done = subprocess.run(
        pinned,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=seconds + LATE,
        check=True,
    )
    return done.stdout


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _rate(text: str, seconds: int) -> float:
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(f"no rate in {text[:200]!r}")
    return float(found[1]) * seconds


def _complete(text: str, _: int) -> float:
    found = re.search(r"Complete requests:\s+(\d+)", text)
    if found is None:
        raise RuntimeError(f"no count in {text[:200]!r}")
    return float(found[1])


GENERATORS: dict[str, Callable[[str, int], Done]] = {
    "Locust, RapidHttpUser": lambda url, seconds: locust("RapidHttpUser", url, seconds),
    "Locust, FastHttpUser": lambda url, seconds: locust("FastHttpUser", url, seconds),
    "Locust, HttpUser": lambda url, seconds: locust("HttpUser", url, seconds),
    "Locust, a user that does nothing": lambda url, seconds: locust("nothing", url, seconds),
    "hey": hey,
    "ab": ab,
    "wrk": wrk,
    "autocannon": autocannon,
}
"""By the name that the table shows."""
