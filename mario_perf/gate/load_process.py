"""One run of Locust."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import httpx

from mario_perf import bounded_read, runs
from mario_perf.builds.processes import full_disk, start_process, wait_for_end
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.gate.certificates import ANY_CERTIFICATE, SYSTEM_CERTIFICATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mario_perf.builds.processes import Child
    from mario_perf.configuration import policy
    from mario_perf.gate.certificates import TlsSettings
    from mario_perf.gate.sides import Services

_PACKAGE = Path(__file__).parents[1]
LOCUSTFILE = next(
    folder / "loadtests" / "mario.py"
    for folder in (_PACKAGE, _PACKAGE.parent)  # in a wheel; in a checkout
    if (folder / "loadtests" / "mario.py").exists()
)
"""What is sent to the pizzeria."""

GRACE_SECONDS = 150.0
"""Seconds beyond its time after which a run is ended, and as long after that given up. A side that hangs
costs its longest request at each edge of the window and some more for its scrapes; the run then ends by
itself and tells of it."""

EDGE_MARGIN = 2.0
"""Seconds beyond the longest request for which an edge of the window waits."""

END_TIMEOUT = 3.0
"""Seconds that a run may take to end when its time is over."""

RUN_OVERHEAD = 1.7
"""Seconds that a run needs beyond its load: processes start, the last scrape is taken, all is stopped."""

ANSWER_TIMEOUT = 10.0
"""Seconds that a service may take to answer after a run."""

SELDOM = "3600"
"""Seconds between scrapes of builds that take turns: none but at the window's edges."""

_NO_TIME = "the time was over before the first round ended; give a longer --max-duration"


class SideDiedError(InvalidRunError):
    """A service ended while it was under load; the message says which and how."""


class OutOfTimeError(InvalidRunError):
    """The time for all was over before a round was."""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What is sent. Times in seconds; ``window`` is what is measured.

    In an open model ``users`` is the maximum: none gets ready under load, whose time would be the
    load generator's. None are as many as the load takes by itself. Where builds take turns, ``users`` are
    those at the start: more come where a build is slow.
    """

    users: int | None
    seed: int
    scenario: str
    warm_up: float
    window: float
    think: str
    quiet: float
    initial_idle: float  # before the first request: what scrapes the services must have seen them idle
    locustfile: Path = LOCUSTFILE
    tls: TlsSettings = SYSTEM_CERTIFICATES
    hosts: tuple[str, ...] = ()  # that may get load, besides this machine
    rate: float | None = None  # journeys a second in an open model
    arrivals: str = "poisson"
    request_timeout: float | None = None  # None: as the locustfile says
    deadline: float = math.inf  # by the monotonic clock: when it has to be over
    reference: str = "off"  # auto, off, or its URL
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    cwd: Path | None = None  # where Locust runs: its locustfile imports and reads from there
    alternate: float | None = None  # seconds of a build's turn; None: both are asked at once
    self_paced_users: int | None = None  # instead of ``users``, where they pause as they please

    @property
    def run_time(self) -> int:
        """All of it where no request takes long, in whole seconds."""
        return math.ceil(self._load_time)

    @property
    def total_time(self) -> float:
        """About how long a run takes, from starting the service to having stopped it."""
        return self.initial_idle + self._load_time + RUN_OVERHEAD

    @property
    def _load_time(self) -> float:
        return self.warm_up + self.quiet + self.window


def find_locustfile(settings: policy.Load, policy_path: Path) -> Path:
    """What a policy sends, as it is in the working tree; to the pizzeria if it names nothing.

    Raises:
        UserError: there is no such file.
    """
    if settings.locustfile is None:
        return LOCUSTFILE
    path = policy_path.parent / settings.locustfile
    if not path.is_file():
        raise UserError(f"{path}: no such file; correct [load] locustfile in {policy_path}")
    return path


def from_snapshot(load: LoadPlan, tree: Path, snapshot: Path) -> LoadPlan:
    """The same load with the snapshot's locustfile; one from elsewhere, or one that git ignores, stays."""
    return replace(
        load,
        locustfile=_counterpart(load.locustfile, tree, snapshot) or load.locustfile,
        cwd=_counterpart(Path.cwd(), tree, snapshot) or snapshot,
    )


def _counterpart(path: Path, tree: Path, snapshot: Path) -> Path | None:
    file, root = path.resolve(), tree.resolve()
    inside = snapshot / file.relative_to(root) if file.is_relative_to(root) else None
    return inside if inside and inside.exists() else None


@contextmanager
def start_locust(load: LoadPlan, folder: Path) -> Iterator[Child]:
    """Locust, which loads its modules while services start, and waits for its arguments.

    Raises:
        UserError: it cannot be started.
    """
    command, log = [sys.executable, "-m", "mario_perf.load", "-"], folder.with_suffix(".locust.log")
    started = start_process("Locust", command, log, cwd=load.cwd, stdin=subprocess.PIPE)
    with started as locust, closing(_input(locust)):
        yield locust


def run_locust(load: LoadPlan, services: Services, folder: Path, on_tick: Callable[[], None]) -> runs.Run:
    """Start Locust for services that answer; what it does is as :func:`play_load` says."""
    with start_locust(load, folder) as locust:
        return play_load(locust, load, services, folder, on_tick)


def play_load(
    locust: Child,
    load: LoadPlan,
    services: Services,
    folder: Path,
    on_tick: Callable[[], None],
) -> runs.Run:
    """Let a Locust that waits load the services once, and give its record back.

    Raises:
        SideDiedError: a service ended, or a side no longer answers. What was measured
            until then is in ``folder``.
        OutOfTimeError: its time was over before anything was measured.
        UserError: Locust failed.
    """
    time.sleep(load.initial_idle)
    _send(_arguments(load, services, folder), locust)

    def look() -> None:
        on_tick()
        if end := _first_exit(services.processes):
            locust.process.send_signal(signal.SIGINT)
            wait_for_end(locust, GRACE_SECONDS, on_tick)
            raise SideDiedError(end)
        if time.monotonic() > load.deadline:
            raise OutOfTimeError

    try:
        code = wait_for_end(locust, load.run_time + 2 * GRACE_SECONDS, look)
    except OutOfTimeError:
        return _end_early(locust, folder, on_tick)
    if end := _first_exit(services.processes) or _unresponsive_side(services):
        raise SideDiedError(end)
    if code != 0:
        raise UserError(f"{locust.exit_text}; its output is in {locust.log}")
    if not (folder / "run.json").exists():
        raise UserError(
            "Locust ended with exit code 0 and without a run record: "
            f"{load.locustfile.name} ended the process; its output is in {locust.log}"
        )
    return runs.load(folder)


def _send(arguments: Sequence[str], locust: Child) -> None:
    """What it is to do. One that has ended already tells why in its log."""
    with suppress(BrokenPipeError), _input(locust) as waiting:
        waiting.write(json.dumps(arguments).encode())


def _input(locust: Child) -> IO[bytes]:
    assert locust.process.stdin is not None  # noqa: S101 - it was started with a pipe
    return locust.process.stdin


def _end_early(locust: Child, folder: Path, on_tick: Callable[[], None]) -> runs.Run:
    """What was measured until the time was over.

    Raises:
        OutOfTimeError: nothing, or Locust did not end at once.
    """
    locust.process.send_signal(signal.SIGINT)
    try:
        wait_for_end(locust, END_TIMEOUT, on_tick)
        partial_run = runs.load(folder)
    except UserError as error:
        raise OutOfTimeError(_NO_TIME + full_disk(folder.parent)) from error
    if partial_run.record.window.duration <= 0:
        raise OutOfTimeError(_NO_TIME)
    return partial_run


def _first_exit(processes: Sequence[Child]) -> str | None:
    return next((end for child in processes if (end := child.exit_text)), None)


def _unresponsive_side(services: Services) -> str | None:
    """What is wrong with a side that no longer answers: of a service by URL there is no process to watch.

    A process that still runs may be busy with what it was asked: the run tells how late its answers are.
    """
    for name, target in services.by_side.items():
        try:
            # Whether it answers is asked, not who it is: users have seen to that.
            bounded_read.status(target.url, ANSWER_TIMEOUT, ANY_CERTIFICATE.context())
        except httpx.TransportError as error:
            if not (services.processes and isinstance(error, httpx.TimeoutException)):
                return f"{name} at {target.url} no longer answers ({error})"
    return None


def _arguments(load: LoadPlan, services: Services, folder: Path) -> list[str]:
    candidate, baseline = services.candidate, services.baseline
    duet = (
        [] if baseline is None else ["--duet", baseline.url, "--baseline-revision", baseline.revision or ""]
    )
    users = [] if load.users is None else ["-u", str(load.users), "-r", str(load.users)]
    if load.self_paced_users and load.rate is None:
        users += ["--self-paced-users", str(load.self_paced_users)]
    return [
        *("-f", str(load.locustfile.resolve()), "--headless", "--only-summary"),
        *(*users, "-t", f"{load.run_time + GRACE_SECONDS:.0f}s", "-H", candidate.url),
        *("--scenario", load.scenario, "--seed", str(load.seed), "--think", load.think),
        *("--warm-up", str(load.warm_up), "--window", str(load.window), "--quiet", str(load.quiet)),
        *_timeout_options(load),
        *("--runs-dir", str(folder.parent.resolve()), "--run-id", folder.name),
        *("--metrics-path", candidate.metrics_path, "--revision", candidate.revision or ""),
        *duet,
        *_pid_options(services),
        *("--reference", load.reference),
        *_rate_options(load),
        *load.tls.locust_options,
        *(word for host in load.hosts for word in ("--allow-host", host)),
        *_tag_options(load),
    ]


def _pid_options(services: Services) -> list[str]:
    options = {"candidate": "--pid", "baseline": "--baseline-pid"}
    known = ((side, target.pid) for side, target in services.by_side.items())
    return [word for side, pid in known if pid is not None for word in (options[side], str(pid))]


def _timeout_options(load: LoadPlan) -> list[str]:
    if load.request_timeout is None:
        return []
    stop_timeout = math.ceil(load.request_timeout + EDGE_MARGIN)
    return ["--request-timeout", str(load.request_timeout), "--stop-timeout", str(stop_timeout)]


def _tag_options(load: LoadPlan) -> list[str]:
    given = (("--tags", load.tags), ("--exclude-tags", load.exclude_tags))
    return [word for option, names in given if names for word in (option, *names)]


def _rate_options(load: LoadPlan) -> list[str]:
    if load.rate is None:
        return []
    rate = ["--rate", str(load.rate), "--arrivals", load.arrivals]
    if load.alternate is not None:
        # Scraped at the edges only: a scrape is work for the build whose turn it is not.
        return [*rate, "--alternate", str(load.alternate), "--scrape-interval", SELDOM]
    return rate if load.users is None else [*rate, "--max-users", str(load.users)]
