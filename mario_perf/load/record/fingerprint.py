"""The environment of a run. Runs in different environments cannot be compared."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
from importlib import metadata
from pathlib import Path
from typing import Final

from mario_perf.run_record import Environment

_PACKAGES: Final = (
    "locust",
    "gevent",
    "httptools",
    "hdrhistogram",
    "httpx",
    "pydantic",
    "fastapi",
    "starlette",
    "uvicorn",
)


def take() -> Environment:
    """Describe this machine as it is now."""
    return Environment(
        cpu_model=_cpu_model(),
        cores=_cores(),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages=_versions(),
        load_average=os.getloadavg(),
        hostname_hash=hashlib.sha256(socket.gethostname().encode()).hexdigest()[:16],
    )


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _versions() -> dict[str, str]:
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
