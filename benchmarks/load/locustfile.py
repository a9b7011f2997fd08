"""One GET of ``BENCHMARK_PATH`` after another, by the user class that ``BENCHMARK_USER`` names.

Each user sends ``BENCHMARK_RATE`` a second; if that is 0, without pauses. ``BENCHMARK_WARM_UP`` seconds after
all users are there counting begins, and ``BENCHMARK_SECONDS`` later it ends. ``BENCHMARK_RESULT`` then has,
as JSON, the requests, failures, seconds, seconds of CPU, Locust's own quantiles, and bytes at the peak.
"""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from time import perf_counter, process_time, time
from typing import TYPE_CHECKING, Any

import gevent
from locust import FastHttpUser, HttpUser, User, constant, constant_throughput, events

from mario_perf.load.users.rapid_http_user import RapidHttpUser

if TYPE_CHECKING:
    from locust.env import Environment
    from locust.runners import Runner

KILOBYTE = 1024
CHOSEN, PATH = os.environ["BENCHMARK_USER"], os.environ["BENCHMARK_PATH"]
RATE, WARM_UP, SECONDS = (float(os.environ[f"BENCHMARK_{name}"]) for name in ("RATE", "WARM_UP", "SECONDS"))
begin: dict[str, float] = {}
kept: list[Runner] = []


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
pauses = {"wait_time": constant_throughput(RATE) if RATE else constant(0)}
Asking = type("Asking", (base,), {"tasks": [task], "__doc__": "With even gaps or none.", **pauses})


@events.init.add_listener  # type: ignore[untyped-decorator]
def remember(runner: Runner, **_: object) -> None:
    """Who counts, and ends the run."""
    kept.append(runner)


@events.spawning_complete.add_listener  # type: ignore[untyped-decorator]
def all_are_there(**_: object) -> None:
    """Let them connect first."""
    gevent.spawn_later(WARM_UP, start_counting)


def start_counting() -> None:
    """What was before does not count."""
    kept[0].stats.reset_all()
    begin.update(cpu=process_time(), seconds=perf_counter(), unix=time())
    gevent.spawn_later(SECONDS, kept[0].quit)


@events.test_stopping.add_listener  # type: ignore[untyped-decorator]
def written_down(environment: Environment, **_: object) -> None:
    """Stop counting."""
    total = environment.stats.total
    figures = {
        "requests": total.num_requests,
        "failures": total.num_failures,
        "seconds": perf_counter() - begin["seconds"],
        "cpu": process_time() - begin["cpu"],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
        "quantiles": {f"p{q}": total.get_response_time_percentile(q / 100) / 1e3 for q in (50, 95, 99)},
        "window": [begin["unix"], time()],
    }
    Path(os.environ["BENCHMARK_RESULT"]).write_text(json.dumps(figures), encoding="utf-8")
