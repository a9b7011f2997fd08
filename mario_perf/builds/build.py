"""A build of the service: how it is prepared, started and reached."""

from __future__ import annotations

import math
import os
import time
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.processes import running, wait_until_ready
from mario_perf.configuration.policy import ENVIRONMENT
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.processes import Child
    from mario_perf.configuration.policy import Policy, Service

STARTING = 60.0
"""Seconds that a service may take to answer."""


METRICS = "/metrics"
"""Where a service shows its metrics of which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Build:
    """One side: its files, how it is started, and where it will listen. ``name`` is for messages.

    ``until`` is when it has to answer at the latest, by the monotonic clock.
    """

    name: str
    checkout: Checkout
    service: Service | None
    port: int
    faults: tuple[str, ...] = ()
    until: float = math.inf
    environment: Path | None = None  # made by the policy's setup

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def metrics_path(self) -> str:
        """Where it shows its metrics."""
        return self.service.metrics if self.service else METRICS

    def command(self) -> list[str]:
        """What starts it: the policy's words, or the embedded pizzeria of this checkout."""
        if self.service is None:
            return embedded_pizzeria.command(self.port, self.faults)
        return self.filled(self.service.start)

    def filled(self, words: Sequence[str]) -> list[str]:
        """Words of the policy, with this build's port and environment."""
        known = {"{port}": str(self.port), ENVIRONMENT: str(self.environment)}
        return [_replaced(word, known) for word in words]


def startable(policy: Policy) -> Service | None:
    """How the builds of a policy's service are started; None for the embedded pizzeria.

    Raises:
        UserError: it is another service, and nothing says how.
    """
    service, duration = policy.service, policy.metrics.duration
    if service is None and duration != CQRS.duration:
        raise UserError(
            f"[metrics] names {duration}, which is not the built-in pizzeria's, and nothing says how that "
            "service is started; give [service] start in perf.toml, or the URL of one that runs"
        )
    if service is not None and not service.start:
        raise UserError(
            "[service] in perf.toml does not say how the service is started; give start, or the URL of one "
            "that runs"
        )
    return service


def metrics_path(policy: Policy) -> str:
    """Where a policy's service shows its metrics."""
    return policy.service.metrics if policy.service else METRICS


@contextmanager
def served(builds: Sequence[Build], seed: int, folder: Path) -> Iterator[tuple[Child, ...]]:
    """The services, started in this order, all answering; stopped afterwards. Logs go beside ``folder``.

    Raises:
        NotReadyError: one does not answer in time.
        UserError: one cannot be started.
    """
    with ExitStack() as stack:
        children = tuple(stack.enter_context(_started(build, seed, folder)) for build in builds)
        for build, child in zip(builds, children, strict=True):
            ready = build.service.ready if build.service else "/ready"
            timeout = min(STARTING, build.until - time.monotonic())
            wait_until_ready(child, build.url + ready, timeout)
        try:
            yield children
        finally:
            # All at the same time: each takes a moment to close its connections.
            for child in children:
                child.ask_to_end()


def _started(build: Build, seed: int, folder: Path) -> AbstractContextManager[Child]:
    # The checkout's own code must win over whatever is installed, in both usual layouts.
    own = [str(build.checkout.path / place) for place in ("", "src")]
    users = [given] if (given := os.environ.get("PYTHONPATH")) else []
    env = {
        "PYTHONPATH": os.pathsep.join([*own, *users]),
        "PYTHONSAFEPATH": "",
        # Both sides of a round hash alike, so that the order of a set is no difference between builds.
        "PYTHONHASHSEED": str(seed),
    }
    if build.environment is not None:
        env |= _activated(build.environment)
    log = folder.with_suffix(f".{build.name}.log")
    return running(build.name, build.command(), log, cwd=build.checkout.path, env=env)


def _activated(environment: Path) -> dict[str, str]:
    """What makes a shell's commands those of an environment, of Python or of Node."""
    places = [str(environment / place) for place in ("bin", "node_modules/.bin")]
    return {
        "PATH": os.pathsep.join([*places, os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(environment),
    }


def _replaced(word: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        word = word.replace(name, value)
    return word
