"""What a service that runs has to load, read from real processes."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds.packages import packages_of
from mario_perf.builds.processes import start_process
from mario_perf.run_record import Packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SLEEP = "import time; print('up', flush=True); time.sleep(60)"


@contextmanager
def started(folder: Path, *command: str, env: Mapping[str, str] | None = None) -> Iterator[int]:
    """The number of a process that has begun its work."""
    log = folder / "service.log"
    with start_process("service", command, log, cwd=folder, env=env) as child:
        deadline = time.monotonic() + 60
        while "up" not in log.read_text():
            assert child.exit_text is None
            assert time.monotonic() < deadline, "not up"
            time.sleep(0.02)
        yield child.process.pid


@pytest.fixture
def virtual(tmp_path: Path) -> Path:
    """A virtual environment with one package of an odd name."""
    folder = tmp_path / "virtual"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    (packages,) = folder.glob("lib/python*/site-packages")
    distribution(packages, "Odd_Name", "3.2")
    return folder


def distribution(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_the_packages_of_this_interpreter_are_those_that_it_has(tmp_path: Path) -> None:
    with started(tmp_path, sys.executable, "-c", SLEEP) as pid:
        found = packages_of(pid)
    assert found is not None
    assert found.read == "importlib.metadata"
    assert found.versions["python"] == platform.python_version()
    assert found.versions["pydantic"] == metadata.version("pydantic")


def test_a_virtual_environment_is_recognised_by_the_name_it_was_started_with(
    virtual: Path, tmp_path: Path
) -> None:
    """Its program is the one that it was made from."""
    path = os.pathsep.join([str(virtual / "bin"), os.environ["PATH"]])
    with started(tmp_path, "python", "-c", SLEEP, env={"PATH": path}) as pid:
        found = packages_of(pid)
    assert found is not None
    assert found.versions == {"python": platform.python_version(), "odd-name": "3.2"}


def test_a_service_behind_a_shell_is_asked_with_what_is_on_its_path(virtual: Path, tmp_path: Path) -> None:
    distribution(tmp_path / "more", "odd-name", "4.0")
    script = f'{virtual}/bin/python -c "{SLEEP}"; true'
    with started(tmp_path, "sh", "-c", script, env={"PYTHONPATH": str(tmp_path / "more")}) as pid:
        found = packages_of(pid)
    assert found is not None
    assert found.versions["odd-name"] == "4.0"


def test_of_another_program_nothing_is_known(tmp_path: Path) -> None:
    with started(tmp_path, "sh", "-c", "echo up; sleep 60; true") as pid:
        assert packages_of(pid) is None
    assert packages_of(pid) is None  # nor of one that is gone


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node here")
def test_node_packages_are_those_that_npm_noted(tmp_path: Path) -> None:
    noted = {"packages": {"node_modules/a": {"version": "1.0.2"}, "node_modules/@b/c": {"version": "2.0.0"}}}
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text(json.dumps(noted))
    with started(tmp_path, "node", "-e", "console.log('up'); setTimeout(() => {}, 60000)") as pid:
        found = packages_of(pid)
    expected = Packages(read="node_modules/.package-lock.json", versions={"a": "1.0.2", "@b/c": "2.0.0"})
    assert found == expected
