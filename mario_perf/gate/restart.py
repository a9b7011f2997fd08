"""Services by URL, restarted by a command of the user's: only new processes show what processes differ by."""

from __future__ import annotations

import shlex
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from mario_perf import bounded_read, process_environment
from mario_perf.builds.processes import POLL_INTERVAL
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.gate.certificates import TlsSettings

LONGEST = 60.0
"""Seconds that the command may take, and the services until they answer."""

ANSWERING = 2.0


def restart(command: str, urls: Sequence[str], tls: TlsSettings, longest: float = LONGEST) -> None:
    """Run the command, and wait until each URL answers.

    Raises:
        UserError: the command fails or takes too long, or a service does not answer after it.
    """
    until = time.monotonic() + longest
    try:
        done = subprocess.run(
            shlex.split(command),
            env=process_environment.for_child(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=longest,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise UserError(f"--restart {command}: {error}; correct the command") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        reason = f" ({last[0]})" if last else ""
        raise UserError(f"--restart {command}: exit code {done.returncode}{reason}; correct the command")
    for url in urls:
        _wait(url, tls, until)


def _wait(url: str, tls: TlsSettings, until: float) -> None:
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            bounded_read.status(url, ANSWERING, tls.context())
            return
        time.sleep(POLL_INTERVAL)
    raise UserError(f"{url}: the service does not answer after --restart; let the command start it")
