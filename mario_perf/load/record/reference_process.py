"""The reference beside a service on this machine: started for a run, and stopped with it."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import gevent

from mario_perf import allowed_hosts

if TYPE_CHECKING:
    from argparse import Namespace

LOG: Final = logging.getLogger("mario_perf")
_START_TIMEOUT: Final = 10.0
_STOP_TIMEOUT: Final = 5.0


class ReferenceProcess:
    """A reference that this process started. It ends with this process, however that ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str | None:
        """Start it on a free port, and return its URL; None where that fails, which is logged."""
        command = [sys.executable, "-m", "mario_perf.reference", "--port", "0", "--until-eof"]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
            )
        except OSError as error:
            LOG.warning("the reference cannot be started (%s); it is left out", error.strerror)
            return None
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        line = ""
        with gevent.Timeout(_START_TIMEOUT, exception=False):
            line = self._process.stdout.readline()
        if "http://" not in line:
            LOG.warning("the reference did not start; it is left out")
            self.stop()
            return None
        return line.split()[-1]

    def stop(self) -> None:
        """End it, if it was started."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_TIMEOUT)
        if process.returncode is None:
            process.kill()
            process.wait(_STOP_TIMEOUT)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def is_wanted(parsed: Namespace, host: str) -> bool:
    """Whether one is to be started: the service is alone on this machine, and no option says otherwise."""
    if parsed.reference != "auto" or parsed.duet:
        return False
    try:
        allowed_hosts.check(urlsplit(host).hostname or "", ())
    except allowed_hosts.HostNotAllowedError:
        return False
    return True
