"""Every command that the documents show is there, with its options."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import click
import pytest

from benchmarks.tutorials.markdown import commands
from mario_perf.cli.main import cli

ROOT = Path(__file__).parents[3]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PLACEHOLDER = re.compile(r"[A-Z]+")

SHOWN = sorted({command for document in DOCUMENTS for command in commands(document.read_text("utf-8"))})

HELPS = """
import gevent.monkey
gevent.monkey.patch_all()  # as Locust does, before others import what it patches
import json, os, runpy, sys, tempfile
helps, answer = {}, os.fdopen(os.dup(1), "w")
for words in sys.argv[1:]:
    sys.argv = [*words.split(), "--help"]
    with tempfile.TemporaryFile("w+") as told:
        os.dup2(told.fileno(), 1)
        try:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code:
                raise
        sys.stdout.flush()
        told.seek(0)
        helps[words] = told.read()
json.dump(helps, answer)
"""


def of_program(program: str) -> list[str]:
    return [command for command in SHOWN if command.startswith(f"{program} ")]


@pytest.mark.parametrize("command", of_program("mario-perf"))
def test_a_command_of_ours_takes_what_is_shown(command: str) -> None:
    _, name, *words = shlex.split(command)
    if not PLACEHOLDER.fullmatch(name):
        parsed(cli, [name, *words])


@pytest.mark.parametrize("command", of_program("python -m"))
def test_a_module_has_the_options_that_are_shown(command: str) -> None:
    told = helps()[module_and_subcommand(command)]
    words = shlex.split(command)[3:]
    for option in (word.partition("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", told), f"no {option} in:\n{told}"


@pytest.mark.parametrize("command", of_program("make"))
def test_make_has_the_target_and_hands_on_what_the_gate_takes(command: str) -> None:
    _, target, *variables = shlex.split(command)
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for variable in variables:
        name, _, value = variable.partition("=")
        assert name == "ARGS"
        if target == "gate":
            parsed(cli, ["gate", *shlex.split(value)])


def test_the_commands_of_the_documents_are_found_at_all() -> None:
    assert {command.split()[0] for command in SHOWN} == {"mario-perf", "python", "make"}
    assert len(of_program("mario-perf")) > 10


@pytest.mark.parametrize("command", ["gate --agianst v1", "gte", "baseline svae", "gate --users x"])
def test_a_command_that_is_not_there_is_noticed(command: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(cli, command.split())


def parsed(command: click.Command, words: list[str]) -> None:
    """Let click read the words, without doing what they say; of ``a|b`` only that each of them is there."""
    if not isinstance(command, click.Group) or not words or words[0].startswith("-"):
        command.make_context(command.name, words)
        return
    names = words[0].split("|")
    for name in names:
        _, found, rest = command.resolve_command(click.Context(command), [name, *words[1:]])
        assert found is not None
        if len(names) == 1:
            parsed(found, rest)


def module_and_subcommand(command: str) -> str:
    _, _, module, *words = shlex.split(command)
    return " ".join((module, *(word for word in words[:1] if re.fullmatch(r"[a-z]+", word))))


@lru_cache
def helps() -> dict[str, str]:
    """The help of each module with its subcommand, all from one process: they import much in common."""
    wanted = sorted({module_and_subcommand(command) for command in of_program("python -m")})
    done = subprocess.run(
        [sys.executable, "-c", HELPS, *wanted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found
