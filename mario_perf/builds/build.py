"""A build of the service: how it is prepared, started and reached."""

from __future__ import annotations

import math
import os
import shlex
import time
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.processes import running, wait_for_end, wait_until_ready
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError
from mario_perf.reports.redaction import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.processes import Child
    from mario_perf.configuration.policy import Policy, Service
    from mario_perf.reports.progress import Narrator

STARTING = 60.0
SETTING_UP = 900.0
"""Seconds that a service may take to answer, and its setup to end."""


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
        return [word.replace("{port}", str(self.port)) for word in self.service.start]


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


def prepare(build: Build, folder: Path, narrator: Narrator) -> None:
    """Run the policy's ``setup`` in the checkout, once for all rounds; its output goes into ``folder``.

    Raises:
        UserError: it failed, or took too long.
    """
    if build.service is None or not build.service.setup:
        return
    narrator.say(f"setting up the {build.name}: {shlex.join(arguments(build.service.setup))}")
    name, log = f"setup of the {build.name}", folder / f"{build.name}.setup.log"
    with running(name, build.service.setup, log, cwd=build.checkout.path) as child:
        if wait_for_end(child, SETTING_UP, narrator.tick) != 0:
            raise UserError(f"{child.ended}; its output is in {log}")


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
    log = folder.with_suffix(f".{build.name}.log")
    return running(build.name, build.command(), log, cwd=build.checkout.path, env=env)
