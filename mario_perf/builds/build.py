"""A build of the service: how it is prepared, started and reached."""

from __future__ import annotations

import math
import os
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.ports import free_port, retry_on_other_ports
from mario_perf.builds.processes import check_runs, start_process, wait_until_ready
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.configuration.policy import ENVIRONMENT
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mario_perf.builds.git import Checkout
    from mario_perf.builds.processes import Child
    from mario_perf.configuration.policy import Policy, Service

START_TIMEOUT = 60.0
"""Seconds that a service may take to answer."""

MAX_PADDING = 4096
"""Bytes by which a round may lengthen the environment of a side: a page of memory."""

DEFAULT_METRICS_PATH = "/metrics"
"""The default path of a service's metrics."""


@dataclass(frozen=True, slots=True)
class Build:
    """One side: its files, and how it is started. ``name`` is for messages.

    It has to answer by the ``deadline``, on the monotonic clock.
    """

    name: str
    checkout: Checkout
    service: Service | None
    faults: tuple[str, ...] = ()
    deadline: float = math.inf
    environment: Path | None = None  # made by the policy's setup
    variables: Mapping[str, str] = field(default_factory=dict)  # that its process gets besides

    @property
    def metrics_path(self) -> str:
        """Where it shows its metrics; empty where it shows none."""
        return self.service.metrics_path if self.service else DEFAULT_METRICS_PATH

    @property
    def pushes(self) -> bool:
        """Whether it sends its metrics instead of showing them."""
        return self.service is not None and self.service.pushes

    def command(self, port: int) -> list[str]:
        """What starts it: the policy's words, or the embedded pizzeria of this checkout."""
        if self.service is None:
            return embedded_pizzeria.command(port, self.faults)
        return [word.replace("{port}", str(port)) for word in self.fill(self.service.start)]

    def fill(self, words: Sequence[str]) -> list[str]:
        """Words of the policy, with this build's environment."""
        return [word.replace(ENVIRONMENT, str(self.environment)) for word in words]


@dataclass(frozen=True, slots=True)
class Instance:
    """A build that runs, and the port where it answers."""

    build: Build
    port: int
    process: Child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def startable_service(policy: Policy) -> Service | None:
    """The policy's service; None for the embedded pizzeria.

    Raises:
        UserError: the policy of another service does not say it.
    """
    service, duration = policy.service, policy.metrics.duration
    if service is None and duration != CQRS.duration:
        raise UserError(
            f"perf.toml does not say how to start the service with {duration}; give [service] start, or the "
            "URLs of running services"
        )
    if service is not None and not service.start:
        raise UserError(
            "perf.toml does not say how to start the service; give [service] start, or the URLs of running "
            "services"
        )
    return service


def metrics_path(policy: Policy) -> str:
    """Where a policy's service shows its metrics; empty where it shows none."""
    return policy.service.metrics_path if policy.service else DEFAULT_METRICS_PATH


@contextmanager
def serve(builds: Sequence[Build], seed: int, folder: Path) -> Iterator[tuple[Instance, ...]]:
    """The services, started in this order, all answering; stopped afterwards. Logs go beside ``folder``.

    Ports are new each time, so that no side keeps what may be the better one. What differs between sides
    beside the code, such as where memory lies, becomes noise between rounds: the ``seed`` draws it anew.
    The folders are not exchanged: their paths have one length, and a service may have written its own path
    into its folder (a virtual environment, a compiler's cache). It would then run the other side's code.

    Raises:
        NotReadyError: one does not answer in time.
        UserError: one cannot be started.
    """
    with (
        temporary_folder("service") as scratch,
        retry_on_other_ports(lambda: _start_and_wait(builds, seed, folder, scratch)) as instances,
    ):
        yield instances


@contextmanager
def _start_and_wait(
    builds: Sequence[Build], seed: int, folder: Path, scratch: Path
) -> Iterator[tuple[Instance, ...]]:
    with ExitStack() as stack:
        instances = tuple(_start(build, seed, folder, scratch, stack) for build in builds)
        for each in instances:
            ready = each.build.service.ready if each.build.service else "/ready"
            timeout = min(START_TIMEOUT, each.build.deadline - time.monotonic())
            wait_until_ready(each.process, each.url + ready, timeout)
        for each in instances:
            check_runs(each.process)  # the answer may have been that of another process on its port
        try:
            yield instances
        finally:
            # Ask all first: each takes a moment to close its connections.
            for each in instances:
                each.process.terminate()


def _start(build: Build, seed: int, folder: Path, scratch: Path, stack: ExitStack) -> Instance:
    port, log = free_port(), folder.with_suffix(f".{build.name}.log")
    env = _environment(build, seed, scratch)
    child = start_process(build.name, build.command(port), log, cwd=build.checkout.path, env=env)
    return Instance(build, port, stack.enter_context(child))


def _environment(build: Build, seed: int, scratch: Path) -> dict[str, str]:
    """What a service gets besides this process' environment; its temporary files go into ``scratch``."""
    # The checkout's own code must win over whatever is installed, in both usual layouts.
    own_code = [str(build.checkout.path / place) for place in ("", "src")]
    inherited = [pythonpath] if (pythonpath := os.environ.get("PYTHONPATH")) else []
    padding = Random(f"{seed} {build.name}").randrange(MAX_PADDING)  # noqa: S311 - nobody has to guess it
    env = {
        "PYTHONPATH": os.pathsep.join([*own_code, *inherited]),
        "PYTHONSAFEPATH": "",
        # The same hash seed on both sides: the order of a set must not differ between builds.
        "PYTHONHASHSEED": str(seed % 2**32),
        # The length of the environment moves the stack, by which code may be faster or slower.
        "MARIO_PERF_PADDING": "x" * padding,
        "TMPDIR": str(scratch),
        **build.variables,
    }
    return env if build.environment is None else env | _activation(build.environment)


def _activation(environment: Path) -> dict[str, str]:
    """The variables that put an environment's commands first, of Python or of Node."""
    commands = [str(environment / folder) for folder in ("bin", "node_modules/.bin")]
    return {
        "PATH": os.pathsep.join([*commands, os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(environment),
    }
