"""Completion as the shells do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

MARIO = Path(sys.executable).parent / "mario-perf"
ROOT = Path(__file__).parents[3]

COMPLETED = """
{completion}
COMP_WORDS=(mario-perf {words}) COMP_CWORD={index}
_mario_perf_completion mario-perf
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def shell(*command: str) -> str:
    path = f"{MARIO.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@lru_cache
def completion(name: str) -> str:
    return shell(str(MARIO), "completion", name)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("ga",), "gate"),
        (("gate", "--runs"), "--runs-dir"),
        (("gate", "--format", "mark"), "markdown"),
        (("completion", "z"), "zsh"),
    ],
)
def test_bash_completes_commands_options_and_values(words: tuple[str, ...], completed: str) -> None:
    script = COMPLETED.format(completion=completion("bash"), words=" ".join(words), index=len(words))
    assert shell("bash", "--norc", "-c", script).split() == [completed]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script_that_it_can_read(name: str, tmp_path: Path) -> None:
    script = completion(name)
    assert "_MARIO_PERF_COMPLETE" in script
    (tmp_path / "script").write_text(script)
    if shutil.which(name):
        shell(name, "-n", str(tmp_path / "script"))


def test_the_schema_that_is_printed_is_the_published_one() -> None:
    published = ROOT / "mario_perf" / "reports" / "schema" / "report.schema.json"
    assert shell(str(MARIO), "schema") == published.read_text()
