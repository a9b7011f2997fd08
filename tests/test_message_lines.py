"""A message is broken between words on a terminal, and nowhere else."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf import message_lines

if TYPE_CHECKING:
    from typing import TextIO

LINES = st.text("ab →.", max_size=200)


class Terminal(io.StringIO):
    """Text that a person reads."""

    def isatty(self) -> bool:
        return True


def test_a_long_message_hangs_under_its_first_line() -> None:
    said = message_lines.wrap("warning: the load generator was late in 2 of 7 rounds", 24)
    assert said.splitlines() == ["warning: the load", "  generator was late in", "  2 of 7 rounds"]


def test_what_is_indented_hangs_under_its_own_beginning() -> None:
    assert message_lines.wrap("  fits less: HTTP by route", 16).splitlines() == [
        "  fits less:",
        "    HTTP by",
        "    route",
    ]


@given(LINES, st.integers(10, 100))
def test_only_spaces_are_taken_away_and_only_a_single_word_is_too_long(line: str, width: int) -> None:
    broken = message_lines.wrap(line, width)
    assert broken.split() == line.split()
    assert all(len(each) <= width or " " not in each.strip() for each in broken.split("\n"))


def test_a_path_is_never_cut() -> None:
    path = "/tmp/" + "folder/" * 30
    assert path in message_lines.wrap(f"report: {path}report.html", 40)


@pytest.mark.parametrize(("stream", "lines"), [(io.StringIO(), 1), (Terminal(), 2)])
def test_in_a_pipe_a_message_stays_one_line(
    stream: TextIO, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stderr", stream)
    message_lines.say("word " * 19, error=True)
    assert len(re.findall("\n", stream.getvalue())) == lines  # type: ignore[attr-defined]


def test_the_width_is_that_of_the_terminal_or_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "61")
    assert message_lines.terminal_width(Terminal()) == 61
    monkeypatch.delenv("COLUMNS")
    assert message_lines.terminal_width(Terminal()) == 80
    assert message_lines.terminal_width(io.StringIO()) is None
