"""Every text that lists the output formats lists those of the registry."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from click.testing import CliRunner

from mario_perf.cli.main import cli
from mario_perf.reports.formats import FORMATS, FORMATS_BY_ENDING

for command in ("gate", "compare"):  # before any test: urllib3 binds a socket when it is imported
    import_module(f"mario_perf.cli.{command}_command")

README = Path(__file__).parents[2] / "README.md"


def words(text: str) -> str:
    return " ".join(text.split())


def help_of(command: str) -> str:
    return CliRunner().invoke(cli, [command, "--help"]).output


def test_the_readme_names_every_format() -> None:
    *most, last = (one.title for one in FORMATS.values())
    assert f"`--format` gives {', '.join(most)} and {last}." in words(README.read_text("utf-8"))


def test_the_help_of_the_gate_names_every_format_with_its_file_and_ending() -> None:
    told = words(help_of("gate"))
    assert f"[{'|'.join(FORMATS)}]" in told
    assert f"({' '.join(FORMATS_BY_ENDING)})" in told
    assert all(one.file in told for one in FORMATS.values() if not one.always)


def test_compare_says_the_same_of_the_formats() -> None:
    told = words(help_of("compare"))
    assert f"({' '.join(FORMATS_BY_ENDING)})" in told
    assert all(one.file in told for one in FORMATS.values() if not one.always)
