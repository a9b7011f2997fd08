"""Fills in what Locust's own options leave open, and reads the files that ours name."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mario_perf.load import trusted_certificates
from mario_perf.load.arrivals import shapes
from mario_perf.load.options.argument_types import WORDS

if TYPE_CHECKING:
    from argparse import Namespace

    from mario_perf.load.arrivals.shapes import Shape

_MINIMUM_POOL: Final = 10  # users
_INITIAL_POOL, _MAXIMUM_POOL = 1.0, 5.0
"""Initial and maximum user pool, in seconds' worth of arrivals."""

_SPAWN_RATE: Final = 5_000
"""Users a second that Locust can start. They wait for journeys, so starting many at once adds no load."""


def resolve(parsed: Namespace) -> None:
    """Complete the options of a run, in place. Resolving twice changes nothing.

    The default scenario is named after the (first) locustfile. The content of files becomes a part of the
    options: Locust sends options to its workers, which need not have the files.

    Raises:
        ValueError: The options are wrong.
    """
    parsed.scenario = parsed.scenario or Path(parsed.locustfile.split(",")[0]).stem
    shape = _shape(parsed.shape, parsed.shapes)
    parsed.stages = [[stage.seconds, stage.start, stage.end] for stage in shape.stages]
    parsed.authorities = trusted_certificates.authorities(Path(parsed.ca)) if parsed.ca else None
    parsed.reference_url = None if parsed.reference in WORDS else parsed.reference.rstrip("/")
    parsed.user_limit = 0
    if parsed.alternate:
        _check_turns(parsed)
    if parsed.rate:
        _resolve_pool(parsed)
        parsed.spawn_rate = parsed.spawn_rate or min(parsed.num_users, _SPAWN_RATE)
        _check_run_time(parsed)
    elif parsed.max_users:
        raise ValueError("--max-users is for an open model; give --rate, too, or leave it out")


def _check_turns(parsed: Namespace) -> None:
    if not (parsed.duet and parsed.rate and parsed.window):
        raise ValueError("--alternate is for a duet in an open model; give --duet, --rate and --window")
    if parsed.master or parsed.worker or parsed.processes:
        raise ValueError("--alternate needs all users in one process; leave out --processes and workers")


def _shape(name: str, path: str | None) -> Shape:
    known = {**shapes.load(shapes.BUILT_IN), **(shapes.load(Path(path)) if path else {})}
    if name not in known:
        raise ValueError(f"--shape {name}: no such shape; choose one of {', '.join(known)}")
    return known[name]


def _resolve_pool(parsed: Namespace) -> None:
    initial, rate = parsed.num_users, float(parsed.rate)
    parsed.user_limit = parsed.max_users or max(_pool_for(_MAXIMUM_POOL * rate), initial or 0)
    parsed.num_users = initial or min(_pool_for(_INITIAL_POOL * rate), parsed.user_limit)
    if parsed.user_limit < parsed.num_users:
        raise ValueError(
            f"--max-users {parsed.user_limit} is less than --users {parsed.num_users}, the initial user "
            "pool; give at least as many"
        )


def _pool_for(journeys: float) -> int:
    return max(ceil(journeys), _MINIMUM_POOL)


def _check_run_time(parsed: Namespace) -> None:
    """Journeys arrive once all users have started. Locust starts the first second's users at once."""
    users, spawn_rate = parsed.num_users, float(parsed.spawn_rate)
    spawning = max(users - max(spawn_rate, 1.0), 0.0) / spawn_rate
    if parsed.run_time and parsed.run_time <= spawning + parsed.warm_up + parsed.quiet:
        raise ValueError(
            f"--run-time {parsed.run_time:g} s ends before the measurement window opens: {users:,} users "
            f"take {spawning:g} s to start, then come --warm-up {parsed.warm_up:g} s and --quiet "
            f"{parsed.quiet:g} s; give more time, a shorter --warm-up, or a higher --spawn-rate"
        )
