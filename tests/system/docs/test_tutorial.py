"""The tutorial, from its first line to its last: every file is written, every command is run, in order."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Done, Reader
from mario_perf.configuration import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator

TUTORIAL = ROOT / "docs" / "tutorial.md"

OPERATIONS = {"GET /books", "GET /books/{number}", "GET /search", "POST /orders"}

pytestmark = [pytest.mark.e2e, pytest.mark.alone, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has read to the end."""
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("tutorial") / "shop", services)
        follower.folder.mkdir()
        for block in blocks(TUTORIAL.read_text(encoding="utf-8")):
            follower.follow(block)
        yield follower


def of_gates(reader: Reader) -> tuple[Done, Done]:
    unchanged, slower = (done for done in reader.done if done.command.startswith("mario-perf gate"))
    return unchanged, slower


def report_of(reader: Reader, gate: Done) -> dict[str, Any]:
    (page,) = re.findall(r"report: (.*report)\.html", gate.output)
    loaded: dict[str, Any] = json.loads((reader.folder / f"{page}.json").read_text(encoding="utf-8"))
    return loaded


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    failed = [done for done in reader.done if done.code and not done.command.startswith("mario-perf gate")]
    assert not failed


def test_mario_perf_is_installed_beside_the_services_environment(reader: Reader) -> None:
    assert (reader.folder / ".perf/bin/mario-perf").exists()
    assert list(reader.folder.glob(".perf/lib/python*/site-packages/mario_perf/cli/main.py"))
    assert not (reader.folder / ".venv/bin/mario-perf").exists()


def test_init_writes_a_policy_by_which_the_service_is_read(reader: Reader) -> None:
    policy = policy_file.load(reader.folder / "perf.toml")
    assert policy.metrics.name_label == ("method", "handler")
    assert policy.metrics.ignored_names == ("/metrics", "/health")
    assert policy.load.locustfile == "locustfile.py"
    assert policy.service is not None


def test_the_doctor_has_something_to_say_of_all_it_looks_at(reader: Reader) -> None:
    (doctor,) = (done for done in reader.done if done.command == "mario-perf doctor")
    of_service = ("service", "operations", "failures", "restarts", "buckets")
    for subject in (*of_service, "machine", "steps", "samples", "noise", "length"):
        assert f" {subject} " in doctor.output
    assert "GET /books, GET /books/{number}, GET /search, POST /orders" in doctor.output


def test_a_short_gate_of_an_unchanged_service_could_not_tell(reader: Reader) -> None:
    """One round proves nothing."""
    unchanged, _ = of_gates(reader)
    assert unchanged.code == 4, unchanged.output
    rows = report_of(reader, unchanged)["reconciliation"]
    assert {row["operation"] for row in rows} == OPERATIONS
    assert all(row["client_whole"] + row["unreached"] == row["server_whole"] > 0 for row in rows)


def test_a_gate_of_the_slower_branch_is_red_and_names_the_operation(reader: Reader) -> None:
    _, slower = of_gates(reader)
    assert slower.code == 3, slower.output
    assert "GET /search regressed" in slower.output
    assert (reader.folder / "runs" / "latest" / "report.html").exists()
    verdicts = {
        each["operation"]["name"]: each["verdict"] for each in report_of(reader, slower)["operations"]
    }
    assert [name for name, verdict in verdicts.items() if verdict == "regressed"] == ["GET /search"]


def test_the_page_shows_the_output_of_its_commands_as_it_begins(reader: Reader) -> None:
    shown = [line for block in blocks(TUTORIAL.read_text("utf-8")) for line in block.text.splitlines()]
    (init,) = (done for done in reader.done if done.command.startswith("mario-perf init"))
    assert {*init.output.splitlines()} <= {*shown}
