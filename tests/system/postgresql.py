"""A PostgreSQL server of Debian for the time of a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

DEBIAN = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))
PATH = os.pathsep.join([*DEBIAN, os.environ.get("PATH", "")])
"""Debian keeps a server's programs out of the usual PATH."""


@contextmanager
def started() -> Iterator[str]:
    """A PostgreSQL that listens on a socket file only; it does not run as root."""
    initdb, control = (shutil.which(program, path=PATH) for program in ("initdb", "pg_ctl"))
    if not (initdb and control):
        if os.environ.get("MARIO_PERF_REQUIRE_ALL"):
            pytest.fail("PostgreSQL is not installed; run .ci/run")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="mario-pg-"))
    user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "nobody", "nogroup")
    data, log = str(folder / "data"), str(folder / "log")
    subprocess.run(
        [*user, initdb, "-D", data, "-A", "trust", "-U", "mario", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    subprocess.run(
        [*user, control, "-D", data, "-l", log, "-w", "-o", options, "start"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    try:
        yield f"postgresql://mario@/postgres?host={folder}"
    finally:
        subprocess.run(
            [*user, control, "-D", data, "-m", "immediate", "stop"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        shutil.rmtree(folder)
