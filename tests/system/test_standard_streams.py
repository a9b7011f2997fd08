"""A verdict survives its own printing: the exit code stays, whatever becomes of the terminal."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = """
import sys, click
from rich.console import Console
from mario_perf.cli.exit_codes import ExitCode

@click.command()
def judge():
    console = Console(width=1_000)
    for _ in range(300):
        console.print("regressed → “p95” +48 %", "…" * 400)
        sys.stderr.write("progress …\\n")
    return ExitCode.REGRESSED

@click.command()
def show():
    click.echo("{}")
"""

MAIN = """
import sys
from mario_perf import __main__
from mario_perf.cli import commands
commands.COMMANDS = {name: commands.CommandEntry(f"command:{name}", "") for name in ("judge", "show")}
sys.exit(__main__.main())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("printing")
    (path / "command.py").write_text(COMMAND)
    (path / "mario-perf").write_text(MAIN)
    return path


def run(folder: Path, shell: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = f"{sys.executable} mario-perf {shell}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "shell",
    ["judge >&-", "judge >&- 2>&- <&-", "judge >/dev/full", "judge 2>/dev/full", "judge >/dev/full 2>&1"],
)
def test_a_closed_or_full_output_keeps_the_verdict(folder: Path, shell: str) -> None:
    assert run(folder, shell).returncode == 3


def test_a_reader_that_has_seen_enough_keeps_the_verdict_and_hears_nothing(folder: Path) -> None:
    ended = run(folder, "judge 2>/dev/null | head -1; exit ${PIPESTATUS[0]}")
    assert ended.returncode == 3
    assert ended.stdout.count(b"\n") == 1
    assert ended.stderr == b""


def test_a_character_that_the_terminal_does_not_know_is_replaced(folder: Path) -> None:
    ended = run(folder, "judge", PYTHONIOENCODING="ascii")
    assert ended.returncode == 3
    assert ended.stdout.startswith(b"regressed ? ?p95? +48 %")


def test_output_that_cannot_be_written_is_an_error_of_a_command_that_only_shows(folder: Path) -> None:
    ended = run(folder, "show >/dev/full")
    assert ended.returncode == 2
    assert ended.stderr == b"mario-perf: what was printed is incomplete: No space left on device\n"


def test_a_pipe_that_does_not_block_loses_nothing(folder: Path) -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    with subprocess.Popen(
        [sys.executable, "mario-perf", "judge"], cwd=folder, stdout=writer, stderr=subprocess.DEVNULL
    ) as judge:
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            lines = pipe.read().splitlines()
    assert judge.returncode == 3
    assert len(lines) == 300
