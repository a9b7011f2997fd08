"""The help of each command fits a terminal of 80 columns."""

from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from mario_perf import interruption
from mario_perf.cli.commands import COMMANDS
from mario_perf.cli.live_command import live
from mario_perf.cli.main import cli
from mario_perf.pizzeria import __main__ as pizzeria

WIDTH = 80

for entry in COMMANDS.values():  # before any test: urllib3 binds a socket when it is imported
    import_module(entry.import_path.partition(":")[0])


@pytest.fixture(autouse=True)
def _signals_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is loaded takes over the signals of its process: here, those of the tests."""
    monkeypatch.setattr(interruption, "unwind", lambda: None)


def help_of(command: click.Command, *words: str) -> str:
    result = CliRunner().invoke(command, [*words, "--help"], terminal_width=WIDTH)
    assert result.exit_code == 0, result.output
    return result.output


def too_long(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line) > WIDTH]


@pytest.mark.parametrize(
    "words",
    [
        (),
        *((name,) for name in COMMANDS if name != "serve"),
        *(("baseline", name) for name in ("save", "list", "show")),
    ],
    ids=" ".join,
)
def test_no_line_of_a_help_is_longer_than_a_terminal_is_wide(words: tuple[str, ...]) -> None:
    text = help_of(cli, *words)
    assert "Usage: " in text
    assert too_long(text) == []


def test_no_line_of_the_live_view_s_help_is_longer() -> None:
    assert too_long(help_of(live)) == []


def test_no_line_of_the_pizzeria_s_help_is_longer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    assert pizzeria.main(["--help"]) == 0
    assert too_long(capsys.readouterr().out) == []
