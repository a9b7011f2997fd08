"""The command line: what a user is told."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mario_perf.cli.main import cli
from tests.command_line import Done

ROOT = Path(__file__).parents[3]


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """The command and all below it."""
    yield path
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(below, *path, name)


def help_of(*command: str) -> str:
    """In this process, which saves it the start of another; ``serve`` becomes one whatever it is asked."""
    if command == ("serve",):
        words = [sys.executable, "-m", "mario_perf", *command, "--help"]
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    done = CliRunner().invoke(cli, [*command, "--help"])
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("command", list(commands(cli)), ids=" ".join)
def test_the_help_of_every_command_has_examples_and_exit_codes(command: tuple[str, ...]) -> None:
    shown = help_of(*command).lower()
    assert "usage" in shown
    _, _, examples = shown.partition("examples:\n")
    examples, _, codes = examples.partition("exit codes:")
    assert " ".join(command[:1]) in examples
    assert re.search(r"\b0\b.*\b2\b", codes, re.DOTALL)


def test_the_help_of_the_gate_names_the_exit_codes() -> None:
    shown = help_of("gate")
    for code in ("0    pass", "3    regressed", "4    inconclusive", "130  interrupted"):
        assert code in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gate", "--against", "no-such-revision"), "--against no-such-revision: no such revision"),
        (("gate", "--baseline", "--against", "no-such-revision"), "--against no-such-revision: no such"),
        (("gate", "--baseline", "no-such-file.json"), "no-such-file.json: no baseline"),
        (("gate", "--baseline-url", "http://127.0.0.1:9"), "give both"),
        (
            ("gate", "--baseline-url", "http://127.0.0.1:9", "--candidate-url", "http://127.0.0.1:9"),
            "the service does not answer",
        ),
        (("gate", "--slow", "NoSuchCommand=2"), "the operations are PlaceOrderCommand"),
        (("gate", "--demo", "--delay", "PlaceOrder=5ms"), "did you mean PlaceOrderCommand?"),
        (("gate", "--fail", "GetMenuQuery=2"), "not a share; give one from 0 to 1"),
        (
            ("gate", "--baseline-url", "http://127.0.0.1:9", "--candidate-url", "x", "--slow", "A=2"),
            "cannot be built or changed",
        ),
        (("baseline", "save", "--run", "no-such-run"), "no run record"),
        (("baseline", "show", "no-such-file"), "no baseline"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], said: str, tmp_path: Path, here: Callable[..., Done]
) -> None:
    if arguments[0] == "gate":
        arguments = (*arguments, "--runs-dir", str(tmp_path / "runs"))
    done = here(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("mario-perf: ")]
    assert len(told) == 1
    started = "does not answer" in said
    assert (tmp_path / "runs").exists() == started


def test_a_wrong_option_is_usage(here: Callable[..., Done]) -> None:
    done = here("gate", "--users", "none")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_no_baseline_is_measured_from_a_commit_that_nobody_named(
    here: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HEAD against itself is always green, and would be kept."""
    for arguments in (
        ("init", "-q", "-b", "trunk"),
        (
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.invalid",
            "commit",
            "-q",
            "--allow-empty",
            "-mA",
        ),
    ):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, timeout=30)
    (tmp_path / "perf.toml").write_text("[service]\nstart = ['./serve', '{port}']\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = here("gate", "--baseline")
    assert done.returncode == 2
    assert "no main branch to compare with" in done.stderr
