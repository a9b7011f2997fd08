"""One GET of ``BENCHMARK_PATH`` after another, by the user class that ``BENCHMARK_USER`` names.

What it cost is written to ``BENCHMARK_RESULT`` as JSON: requests, seconds and seconds of CPU, from the moment
when all users are there to the end; bytes of memory at the peak.
"""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from locust import FastHttpUser, HttpUser, User, events

from loadtests.rapidhttp import RapidHttpUser

if TYPE_CHECKING:
    from locust.env import Environment

KILOBYTE = 1024
CHOSEN, PATH = os.environ["BENCHMARK_USER"], os.environ["BENCHMARK_PATH"]
begin: dict[str, float] = {}


def get(user: Any) -> None:  # noqa: ANN401 - all of them have a client
    """The smallest request there is."""
    user.client.get(PATH)


def nothing(user: User) -> None:
    """Report a request that was never sent: what Locust itself costs."""
    user.environment.events.request.fire(
        request_type="GET", name=PATH, response_time=0.0, response_length=0, exception=None, context={}
    )


BASES: dict[str, tuple[type[User], Any]] = {
    "HttpUser": (HttpUser, get),
    "FastHttpUser": (FastHttpUser, get),
    "RapidHttpUser": (RapidHttpUser, get),
    "nothing": (User, nothing),
}
base, task = BASES[CHOSEN]
Asking = type("Asking", (base,), {"tasks": [task], "__doc__": "Without pauses."})


@events.spawning_complete.add_listener  # type: ignore[untyped-decorator]
def all_are_there(user_count: int, **_: object) -> None:
    """Start counting."""
    begin.update(cpu=process_time(), seconds=perf_counter(), requests=float(_sent()), users=float(user_count))


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def written_down(environment: Environment, **_: object) -> None:
    """Stop counting."""
    total = environment.stats.total
    figures = {
        "requests": _sent() - begin["requests"],
        "failures": total.num_failures,
        "seconds": perf_counter() - begin["seconds"],
        "cpu": process_time() - begin["cpu"],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
    }
    Path(os.environ["BENCHMARK_RESULT"]).write_text(json.dumps(figures), encoding="utf-8")


@events.init.add_listener  # type: ignore[untyped-decorator]
def remember(environment: Environment, **_: object) -> None:
    """The environment, whose statistics are read."""
    kept.append(environment)


kept: list[Environment] = []


def _sent() -> int:
    return kept[0].stats.total.num_requests
