"""What make says while it installs; pip's part is played by a script."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = """#!/bin/sh
case "$*" in *--editable*) exit 0;; esac
echo "Collecting click==8 (from -r requirements/gate.txt)"
echo "Ignoring colorama: markers do not match"
{end}
echo "Installing collected packages: click"
"""


def install(folder: Path, end: str) -> subprocess.CompletedProcess[str]:
    """Make the gate's environment of two packages."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").touch()
    (folder / "requirements").mkdir()
    (folder / "requirements" / "gate.txt").write_text("click==8 --hash=a\ncolorama==1 --hash=b\n")
    (folder / "pyproject.toml").touch()
    (folder / "pip").write_text(PIP.format(end=end))
    shutil.copy(ROOT / "Makefile", folder)
    return subprocess.run(
        ["make", "--no-print-directory", ".venv/gate.stamp", "PIP=sh ./pip"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_it_says_which_step_it_is_at_how_long_that_takes_and_counts_the_packages(tmp_path: Path) -> None:
    done = install(tmp_path, "")
    assert done.returncode == 0, done.stderr
    said = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    assert said[0] == "2 of 3: installing the packages of requirements/gate.txt, once: one to three minutes"
    assert [" ".join(line.split()) for line in said[1:3]] == [
        "package 1 of 2 click==8",
        "package 2 of 2 colorama:",
    ]
    assert said[-1] == "3 of 3: installing mario-perf from this folder: some seconds"
    assert (tmp_path / ".venv" / "gate.stamp").exists()


@pytest.mark.parametrize("reason", ["no space left on device", "hashes do not match"])
def test_what_pip_fails_with_is_seen_and_the_next_make_tries_again(tmp_path: Path, reason: str) -> None:
    done = install(tmp_path, f"echo '{reason}' >&2; exit 1")
    assert done.returncode != 0
    assert reason in done.stderr
    assert not (tmp_path / ".venv" / "gate.stamp").exists()
