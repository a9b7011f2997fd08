"""What can be seen of a tutorial without doing it. ``python -m benchmarks.tutorials`` does it."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from benchmarks.tutorials.__main__ import PAGES
from benchmarks.tutorials.markdown import Block, blocks
from benchmarks.tutorials.records import Walk, keep, read
from benchmarks.tutorials.table import table
from mario_perf.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]


def of_page(name: str) -> list[Block]:
    return list(blocks((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")))


def files(page: list[Block]) -> dict[str, str]:
    named = (each for each in page if len(each.info.split()) == 2)
    return {
        each.info.split()[1]: each.text for each in named if each.info.split()[0] not in {"console", "diff"}
    }


@pytest.mark.parametrize("name", PAGES)
def test_python_on_the_page_compiles(name: str) -> None:
    written = {file: text for file, text in files(of_page(name)).items() if file.endswith(".py")}
    assert "locustfile.py" in written
    for text in written.values():
        ast.parse(text)


@pytest.mark.parametrize("name", PAGES)
def test_the_change_fits_the_file(name: str) -> None:
    page = of_page(name)
    (change,) = [each for each in page if each.info.startswith("diff ")]
    lines = files(page)[change.info.split()[1]].splitlines()
    found = re.search(r"^@@ -(\d+),(\d+) ", change.text, re.MULTILINE)
    assert found
    first, count = int(found[1]), int(found[2])
    before = [line[1:] for line in change.text.splitlines()[3:] if line[:1] in {" ", "-"}]
    assert lines[first - 1 : first - 1 + count] == before


@pytest.mark.parametrize("name", PAGES)
def test_each_command_of_ours_exists_and_both_gates_are_there(name: str) -> None:
    typed = [
        line.removeprefix("$ ")
        for each in of_page(name)
        if each.info.split()[:1] == ["console"]
        for line in each.text.splitlines()
        if line.startswith("$ ")
    ]
    ours = [shlex.split(line)[1] for line in typed if line.startswith("mario-perf ")]
    assert set(ours) <= COMMANDS.keys()
    assert ours.count("gate") == 2
    assert "init" in ours


def test_packages_of_each_page_are_locked() -> None:
    locked = (ROOT / "requirements" / "tutorials.txt").read_text(encoding="utf-8")
    for name in PAGES:
        for package in files(of_page(name)).get("requirements.txt", "").split():
            assert f"\n{package}==" in f"\n{locked}"


def test_a_tutorial_that_is_done_again_replaces_its_last_result(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    for name, seconds in (("otlp", 60.0), ("flask", 90.0), ("otlp", 120.0)):
        keep(
            Walk(
                tutorial=name, started="now", load_average=1.0, unchanged="PASS", slower="REGRESSED",
                until_green=seconds, until_red=30.0,
            ),
            file,
        )  # fmt: skip
    assert [(each.tutorial, each.until_green) for each in read(file)] == [("flask", 90.0), ("otlp", 120.0)]
    assert "| [otlp](otlp.md) | PASS | 2.0 min | REGRESSED | 0.5 min | 1.0 |" in table(read(file))
