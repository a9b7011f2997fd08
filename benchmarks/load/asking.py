"""What a load generator is asked to do, what it did, and how it is run: on the second core."""

from __future__ import annotations

import os
import resource
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.load.servers import CLIENT_CORE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONNECTIONS = 50
LATE = 60.0
"""Seconds beyond its duration after which a generator is given up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """So many requests a second, of all connections together; without a rate as many as it can."""

    url: str
    seconds: int
    connections: int = CONNECTIONS
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What one run of a generator did, and what it says of response times."""

    requests: float
    seconds: float
    cpu: float  # seconds of the generator's own
    memory: float = 0.0  # bytes at the peak
    quantiles: Mapping[str, float] = field(default_factory=dict)  # seconds, by p50, p95 and p99
    invalid: bool = False
    """Whether the generator itself says that the run is not to be believed."""
    window: tuple[float, float] | None = None
    """Unix seconds between which the quantiles' requests were sent; None when they are of all."""


def pinned(command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """Run a command, which takes so many seconds, on the generators' core, and give its output."""
    done = subprocess.run(
        ["taskset", "--cpu-list", CLIENT_CORE, *command],
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=seconds + LATE,
        check=True,
    )
    return done.stdout


def children_cpu() -> float:
    """Seconds of CPU of all commands that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
