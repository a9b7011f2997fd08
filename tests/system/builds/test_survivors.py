"""What a killed command left is told from what others use."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds import survivors

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
MARK = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from mario_perf.builds import survivors
print(survivors.new_mark())
"""


def mark_of_a_command_that_ended() -> str:
    return subprocess.check_output([sys.executable, "-c", MARK], text=True).strip()


@contextmanager
def process(mark: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], env={"PATH": os.defpath, survivors.VARIABLE: mark}) as started:
        yield started
        started.kill()


def test_a_process_whose_starter_has_ended_is_stopped() -> None:
    with process(mark_of_a_command_that_ended()) as left:
        survivors.kill_left()
        assert left.wait(10) < 0


def test_a_process_whose_starter_has_given_its_number_to_another_is_stopped() -> None:
    namespace, pid, started, token = survivors.new_mark().split("/")
    with process(f"{namespace}/{pid}/{int(started) - 1}/{token}") as left:
        survivors.kill_left()
        assert left.wait(10) < 0


def test_a_process_whose_starter_runs_is_left_alone() -> None:
    with process(survivors.new_mark()) as used:
        survivors.kill_left()
        assert used.poll() is None


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "1",
        "pid:[1]/999999999/1/ab",
        "/999999999/1/ab",
        "pid:[{namespace}]/9999999999999999999/1/ab",
        "\udcff/1/1/ab",
    ],
)
def test_a_mark_that_says_nothing_of_a_process_here_is_left_alone(mark: str) -> None:
    namespace = survivors.new_mark().partition("/")[0].strip("pid:[]")
    with process(mark.format(namespace=namespace)) as used:
        survivors.kill_left()
        assert used.poll() is None
