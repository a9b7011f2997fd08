"""The tutorial, from its first line to its last: every file is written, every command is run, in order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready
from mario_perf.configuration import policy_file
from tests.system.docs.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.docs.markdown import Block

ROOT = Path(__file__).parents[3]
TUTORIAL = ROOT / "docs" / "tutorial.md"
PORT = "8000"
"""Of the page; the test takes a free one."""

PUBLISHED = "git+https://github.com/OWNER/mario-perf@v1"
"""Where the page has mario-perf from; the test installs this working tree."""

OPERATIONS = {"GET /books", "GET /books/{number}", "GET /search", "POST /orders"}

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@dataclass(frozen=True, slots=True)
class Done:
    """A command of the page, and what came of it."""

    command: str
    code: int
    output: str


class Reader:
    """Does what the page says, in a folder of its own."""

    def __init__(self, folder: Path, services: ExitStack) -> None:
        self.folder = folder
        self.done: list[Done] = []
        self._services = services
        self._port = free_port()
        identity = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A Reader"), ("EMAIL", "reader@example.org"))
        }
        own = (f"{folder}/.venv/bin", f"{folder}/.perf/bin")
        path = os.pathsep.join((*own, str(Path(sys.executable).parent), os.environ["PATH"]))
        offline = {
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
        }  # 0 is pip's way to say: do not isolate
        self._environment = {**os.environ, **identity, **offline, "PATH": path}

    def follow(self, block: Block) -> None:
        """Write the file, change it, or run the commands; an example for later is left alone."""
        match block.info.split():
            case ["console"]:
                for command in _commands(block):
                    self._run(command)
            case ["console", "background"]:
                for command in _commands(block):
                    self._start(command)
            case ["diff", _]:
                self._apply(block.text)
            case [_, name]:
                (self.folder / name).write_text(block.text, encoding="utf-8")

    def _run(self, command: str) -> None:
        ran = subprocess.run(
            ["bash", "-c", command.replace(PORT, str(self._port)).replace(PUBLISHED, f"file://{ROOT}")],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        self.done.append(Done(command, ran.returncode, ran.stdout))
        if command.startswith("python -m venv "):
            self._lend_packages(command.rsplit(maxsplit=1)[-1])

    def _lend_packages(self, environment: str) -> None:
        """Stand in for the package index: all packages but mario-perf come from the test's environment."""
        (own,) = self.folder.glob(f"{environment}/lib/python*/site-packages")
        line = f"import sys; sys.path.insert(1, {sysconfig.get_path('purelib')!r})\n"
        (own / "lent.pth").write_text(line, encoding="utf-8")

    def _start(self, command: str) -> None:
        words = ["bash", "-c", f"exec {command.replace(PORT, str(self._port))}"]
        log = self.folder.with_suffix(".log")
        child = self._services.enter_context(
            start_process("service", words, log, cwd=self.folder, env=self._environment)
        )
        wait_until_ready(child, f"http://127.0.0.1:{self._port}/health", 60)

    def _apply(self, difference: str) -> None:
        command = ["git", "apply", "-"]
        subprocess.run(command, cwd=self.folder, input=difference, text=True, check=True, timeout=30)


def _commands(block: Block) -> Iterator[str]:
    for line in block.text.splitlines():
        if line.startswith("$ "):
            yield line.removeprefix("$ ")


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
    for subject in ("service", "operations", "failures", "restarts", "buckets", "noise", "length"):
        assert f" {subject} " in doctor.output
    assert "GET /books, GET /books/{number}, GET /search, POST /orders" in doctor.output


def test_a_gate_of_an_unchanged_service_is_not_red(reader: Reader) -> None:
    """On a busy machine so few seconds may not be enough to be green."""
    unchanged, _ = of_gates(reader)
    assert unchanged.code in {0, 4}, unchanged.output
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
