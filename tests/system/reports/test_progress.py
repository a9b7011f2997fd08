"""What a person is told while a gate runs."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SAYS = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from mario_perf.reports.progress import show_progress
with show_progress(float(sys.argv[1])) as narrator:
    narrator.say("round 1 · 12 open · PlaceOrderCommand")
    for _ in range(5):
        narrator.tick()
        time.sleep(0.1)
"""


def on_a_terminal(seconds: str = "100", **env: str) -> str:
    """What the program writes to a terminal, escape sequences and all."""
    ours, theirs = pty.openpty()
    terminal = {"TERM": "xterm-256color", "COLUMNS": "100", **env}
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    command = [sys.executable, "-c", SAYS, seconds]
    with subprocess.Popen(command, stderr=theirs, env={**kept, **terminal}) as process:
        os.close(theirs)
        said = b""
        while block := _read(ours):
            said += block
    os.close(ours)
    assert process.returncode == 0
    return said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody holds the other side any more
        return b""


def test_a_pipe_gets_plain_lines_and_no_clock() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SAYS, "100"], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stderr == "round 1 · 12 open · PlaceOrderCommand\n"


def test_a_terminal_is_told_how_long_it_will_still_take() -> None:
    said = on_a_terminal()
    assert "round 1 · 12 open" in said
    assert "1:40 left" in said
    assert "\x1b[36m" in said  # coloured


def test_where_more_time_is_needed_than_was_foreseen_no_clock_stands_still() -> None:
    said = on_a_terminal("0.1")
    assert "soon" in said
    assert "0:00 left" not in said.rpartition("soon")[2]


def test_a_long_line_gives_way_to_the_time_that_is_left() -> None:
    said = on_a_terminal(COLUMNS="30")
    assert "1:40 left" in said
    assert "round 1 · 12 open ·… " in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("code", ["\x1b[38;", "\x1b[31m", "\x1b[32m", "\x1b[35m", "\x1b[36m"])
def test_no_color_is_respected(code: str) -> None:
    assert code not in on_a_terminal(NO_COLOR="1")
