"""The image, without an engine: what it copies, installs and starts."""

from __future__ import annotations

import fnmatch
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[3]
LINES = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
IGNORED = (ROOT / ".dockerignore").read_text().split()


def instructions(name: str) -> list[list[str]]:
    """Of one kind, as words."""
    return [shlex.split(line)[1:] for line in LINES if line.startswith(f"{name} ")]


def copied() -> list[str]:
    """From the build's context."""
    return [path for words in instructions("COPY") if "--from=build" not in words for path in words[:-1]]


def test_what_it_copies_is_there_and_is_not_ignored() -> None:
    assert copied()
    for path in copied():
        assert (ROOT / path).exists(), path
        assert not any(fnmatch.fnmatch(path.split("/")[0], pattern) for pattern in IGNORED), path


def test_packages_come_from_a_lock_file_and_each_has_a_hash() -> None:
    (install,) = (words for words in instructions("RUN") if "--requirement" in words)
    assert {"--no-deps", "--require-hashes"} <= {*install}
    lock = (ROOT / install[-1]).read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in lock if re.match(r"[\w-]+(\[.*\])?==", line)]
    assert packages
    assert all("--hash=sha256:" in line for line in packages)


def test_what_it_copies_is_enough_for_a_wheel(tmp_path: Path) -> None:
    context = tmp_path / "context"
    for path in copied():
        source, target = ROOT / path, context / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=context, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    assert {"mario_perf/pizzeria/ui/docs.html", "mario_perf/reports/templates/report.html.j2"} <= names


def test_it_starts_a_command_that_there_is() -> None:
    (command,) = re.findall(r"^CMD \[(.*)\]$", "\n".join(LINES), re.MULTILINE)
    program, name, *options = [word.strip().strip('"') for word in command.split(",")]
    assert program == "mario-perf"
    help_of = [sys.executable, "-m", "mario_perf", name, "--help"]  # a process: serve replaces its own
    described = subprocess.run(help_of, capture_output=True, text=True, check=True, timeout=60).stdout
    assert all(option in described for option in options if option.startswith("--"))
