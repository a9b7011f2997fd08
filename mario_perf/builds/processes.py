"""Processes that a gate starts, and stops whatever happens."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from mario_perf import process_environment
from mario_perf.bounded_read import Reader
from mario_perf.builds import survivors
from mario_perf.builds.ports import PortTakenError, says_port_taken
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

STOP_TIMEOUT = 10.0
"""Seconds between asking a process to stop and stopping it."""

POLL_INTERVAL = 0.05
"""Seconds between two looks at something that is waited for."""


_LOCUST_PREFIX = re.compile(r"^\[[-\d :,]+\] \S+/[A-Z]+/[\w.]+: ")
"""Time, host, level and logger of a line of Locust's log: its message is what matters."""

_LOCUST_ERROR = re.compile(r"^\[[-\d :,]+\] \S+/ERROR/")
_TABLE_ROW = re.compile(r"[-|]+|.*\|.*\|.*|Type +Name .*")
"""Locust prints its tables when all is over; why it failed stands before them."""

_ROOM = 1 << 20
"""Bytes below which a disk counts as full."""

ANSWER_TIMEOUT = 2.0
"""Seconds that a process has for one answer on its readiness."""


class NotReadyError(UserError):
    """A process runs, and did not answer in time."""


_GUARD = "trap '' TERM; read -r _; kill -s KILL 0"
"""Leads a process group: waits until its input ends, then kills the group, and itself with it."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running process with what it is called and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def terminate(self) -> None:
        """Returns at once; ``start_process`` sees to the end."""
        with suppress(ProcessLookupError):
            self.process.terminate()

    @property
    def exit_text(self) -> str | None:
        """How it ended and what it said last, in words; None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"{self.name} {how}{_last_line(self.log)}"


@contextmanager
def start_process(
    name: str,
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> Iterator[Child]:
    """A process in a group of its own; the whole group is stopped at the end, and what has left it.

    Its output goes to ``log``; ``stdin`` is as in ``subprocess``; ``env`` is added to its environment. The
    group does not outlive this process, not even when that is killed.

    Raises:
        UserError: the command cannot be started.
    """
    mark = survivors.new_mark()
    with log.open("ab") as output, _group() as group:
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**process_environment.for_child(), **(env or {}), survivors.VARIABLE: mark},
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=group,
            )
        except OSError as error:
            raise UserError(f"{name}: {command[0]} cannot be started ({error.strerror})") from error
        try:
            yield Child(name, process, log)
        finally:
            _stop(process, group, mark)


@contextmanager
def _group() -> Iterator[int]:
    """A process group that ends with this process, however that ends.

    Only this process holds the other end of the guard's input, and the system closes it when the process is
    gone. A signal at the parent's death (``prctl``) would reach the child and not what the child started.
    """
    with subprocess.Popen(["/bin/sh", "-c", _GUARD], stdin=subprocess.PIPE, process_group=0) as guard:
        yield guard.pid


def _stop(process: subprocess.Popen[bytes], group: int, mark: str) -> None:
    """Ask the group to end, and kill what is left when the process has ended or time is up."""
    try:
        os.killpg(group, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT)
    finally:
        os.killpg(group, signal.SIGKILL)
        survivors.kill(mark)
        process.wait(STOP_TIMEOUT)


def wait_until_ready(child: Child, url: str, timeout: float) -> None:
    """Wait until the process answers at ``url`` with success.

    Raises:
        NotReadyError: it did not answer in ``timeout`` seconds; at once, if they are over.
        PortTakenError: it ended because its port was taken.
        UserError: it ended.
    """
    deadline = time.monotonic() + timeout
    # One reader for all tries: making one takes longer than asking, on the very cores that the child needs.
    with Reader() as reader:
        while (remaining := deadline - time.monotonic()) > 0:
            check_runs(child)
            with suppress(httpx.HTTPError):
                if httpx.codes.is_success(reader.status(url, min(ANSWER_TIMEOUT, remaining))):
                    return
            time.sleep(POLL_INTERVAL)
    digits = 1 if timeout < 10 else 0  # noqa: PLR2004 - seconds
    patience = f"within {timeout:.{digits}f} s" if timeout > 0 else "before the time was over"
    more_time = "" if timeout > 0 else "allow more time; "
    raise NotReadyError(
        f"{child.name} did not answer at {url} {patience}{_last_line(child.log)}; "
        f"{more_time}its output is in {child.log}"
    )


def check_runs(child: Child) -> None:
    """Whether it still runs.

    Raises:
        PortTakenError: it ended because its port was taken.
        UserError: it ended.
    """
    if not child.exit_text:
        return
    message = f"{child.exit_text}; its output is in {child.log}"
    port_taken = says_port_taken(child.log.read_text(encoding="utf-8", errors="replace"))
    raise PortTakenError(message) if port_taken else UserError(message)


def wait_for_end(child: Child, timeout: float, on_tick: Callable[[], None]) -> int:
    """Wait until the process ends, calling ``on_tick`` all the time; its exit code.

    Raises:
        UserError: it has not ended after ``timeout`` seconds.
        Exception: whatever ``on_tick`` raises.
    """
    deadline = time.monotonic() + timeout
    while (code := child.process.poll()) is None:
        if time.monotonic() > deadline:
            raise UserError(
                f"{child.name} has not ended within {timeout:.0f} s; its output is in {child.log}"
            )
        on_tick()
        time.sleep(POLL_INTERVAL)
    return code


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    if lines and _TABLE_ROW.fullmatch(lines[-1].strip()):
        lines = [line for line in lines if _LOCUST_ERROR.match(line)]
    reason = f": {_LOCUST_PREFIX.sub('', lines[-1].strip())}" if lines else ""
    return reason + full_disk(log.parent)


def full_disk(folder: Path) -> str:
    """That a disk is full: a process that ends because of it cannot say so in its log."""
    free = shutil.disk_usage(folder).free
    return f" ({folder} has {free >> 10} KiB left; make room)" if free < _ROOM else ""
