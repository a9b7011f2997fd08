"""What can be seen of a tutorial without doing it. ``python -m benchmarks.tutorials`` does it."""

from __future__ import annotations

import ast
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.tutorials import claims
from benchmarks.tutorials.__main__ import PAGES
from benchmarks.tutorials.markdown import Block, blocks
from benchmarks.tutorials.reader import Done
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


def followed(folder: Path, **gate: Any) -> list[Done]:
    """What a page's commands did if all went well, but for what is said of the gate of the slower service."""
    for file in (".perf/bin/mario-perf", "runs/latest/report.json"):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(
            '{"operations": [{"operation": {"name": "order"}, "verdict": "regressed"}], "reconciliation": []}'
        )
    slower = Done(
        "mario-perf gate --rounds 4",
        3,
        "REGRESSED  order regressed. order: +91 %.\n",
        2.0,
        ("REGRESSED  order regressed. order: +87 %.", "next: look"),
    )
    return [
        Done("mario-perf init", 0, "perf.toml: no metrics\n  two lines\n", 0.0, ("perf.toml: no metrics",)),
        Done("mario-perf doctor", 0, "attention  machine  busy\n", 0.5, ("ok  machine  quiet",)),
        Done("mario-perf gate", 0, "PASS  no operation is slower\n", 1.0),
        replace(slower, **gate),
    ]


def test_a_page_that_was_followed_with_success_breaks_no_claim(tmp_path: Path) -> None:
    assert claims.broken(tmp_path, followed(tmp_path), slowed="order") == []


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({"code": 4}, "said REGRESSED with exit code 4 instead of REGRESSED"),
        ({"output": "PASS  nothing"}, "said PASS with exit code 3"),
        ({"output": "REGRESSED  browse regressed."}, "the page shows for mario-perf gate --rounds 4"),
        ({"command": "mario-perf gate", "shown": ("REGRESSED  books regressed.",)}, "what it does not print"),
    ],
)
def test_a_gate_that_answers_otherwise_than_the_page_says_breaks_a_claim(
    gate: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert said in " ".join(claims.broken(tmp_path, followed(tmp_path, **gate), slowed="order"))


def test_claims_of_operations_requests_and_environments_are_held(tmp_path: Path) -> None:
    done = followed(tmp_path)
    (tmp_path / ".perf/bin/mario-perf").unlink()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/mario-perf").touch()
    row = {"operation": "order", "client_whole": 3, "unreached": 1, "server_whole": 5}
    report = {"operations": [], "reconciliation": [row]}
    (tmp_path / "runs/latest/report.json").write_text(json.dumps(report))
    broken = claims.broken(tmp_path, done, slowed="order")
    assert [claim.split(":")[0] for claim in broken] == [
        "regressed are [] instead of order alone",
        "client and service do not agree on order",
        "mario-perf has no environment of its own",
        "mario-perf is in the service's environment",
    ]
