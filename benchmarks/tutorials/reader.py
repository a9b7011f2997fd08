"""Does what a page of the documentation says, from its first line to its last."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready
from tests.system.lent_pip import write_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

    from benchmarks.tutorials.markdown import Block

ROOT = Path(__file__).parents[2]
PORTS = ("8000", "4318")
"""Of the pages, the service's first; a reader takes free ones."""

PUBLISHED = "git+https://github.com/OWNER/mario-perf@v1"
"""Where the page has mario-perf from; the test installs this working tree."""


_SHORT_GATE = re.compile(r" --rounds \d+ --round-duration \d+")
_REQUIREMENTS = "--requirement requirements.txt"
_LOCKED = f"--no-deps --require-hashes --requirement {ROOT / 'requirements' / 'tutorials.txt'}"


class TutorialError(Exception):
    """A command of a page failed; the message has what it said."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command of the page, and what came of it."""

    command: str
    code: int
    output: str
    ended: float  # by the monotonic clock
    shown: tuple[str, ...] = ()  # lines of output that the page shows

    @property
    def is_gate(self) -> bool:
        return self.command.startswith("mario-perf gate")

    @property
    def verdict(self) -> str:
        """The first word in capitals at the beginning of a line."""
        found = re.search(r"^([A-Z]{4,})\b", self.output, re.MULTILINE)
        return found[1] if found else f"exit code {self.code}"


class Reader:
    """Does what the page says, in a folder of its own.

    Gates are whole: those that a page makes short have one user instead. A service's packages come from their
    index, as they are locked; mario-perf's own come from here. Where the tools are ``at_hand``, no
    environment is made: this one has all that they would have. Gates are as short as the page says then.
    """

    def __init__(self, folder: Path, services: ExitStack, *, at_hand: bool = False) -> None:
        self.folder = folder
        self._at_hand = at_hand
        self.done: list[Done] = []
        self._services = services
        self._ports = dict(zip(PORTS, _different_ports(len(PORTS)), strict=True))
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
        self._lender = folder.with_suffix(".lender")
        self._lender.mkdir()
        write_python(self._lender, Path(sys.executable))

    def follow(self, block: Block) -> None:
        """Write the file, change it, or run the commands; an example for later is left alone."""
        match block.info.split():
            case ["console"]:
                for command, shown in _commands(block):
                    self._run(command, shown)
            case ["console", "background", *page]:
                url = f"http://127.0.0.1:{PORTS[0]}/health" if not page else page[0]
                for command, _ in _commands(block):
                    self._start(command, self._on_own_ports(url))
            case ["diff", _]:
                self._apply(block.text)
            case [_, name]:
                (self.folder / name).write_text(block.text, encoding="utf-8")

    def _run(self, command: str, shown: tuple[str, ...]) -> None:
        if self._at_hand and ("-m venv " in command or "/pip install " in command):
            return
        from_index = ".venv" in command
        if not self._at_hand:
            command = _SHORT_GATE.sub(" --part alone", command).replace(_REQUIREMENTS, _LOCKED)
        makes_environment = command.startswith("python -m venv ")
        path = f"{self._lender}{os.pathsep}" if makes_environment and not from_index else ""
        ran = subprocess.run(
            ["bash", "-c", self._on_own_ports(command).replace(PUBLISHED, f"file://{ROOT}")],
            cwd=self.folder,
            env=self._environment
            | {"PATH": path + self._environment["PATH"]}
            | ({"PIP_NO_INDEX": "0"} if from_index else {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )
        self.done.append(Done(command, ran.returncode, ran.stdout, time.monotonic(), shown))
        if not self._at_hand and ran.returncode and not self.done[-1].is_gate:
            raise TutorialError(f"{command}: {ran.stdout}")
        if makes_environment and not from_index:
            self._lend_packages(command.rsplit(maxsplit=1)[-1])

    def _lend_packages(self, environment: str) -> None:
        """Stand in for the package index: all packages but mario-perf come from the test's environment."""
        (own,) = self.folder.glob(f"{environment}/lib/python*/site-packages")
        line = f"import sys; sys.path.insert(1, {sysconfig.get_path('purelib')!r})\n"
        (own / "lent.pth").write_text(line, encoding="utf-8")

    def _on_own_ports(self, text: str) -> str:
        for port, own in self._ports.items():
            text = text.replace(port, str(own))
        return text

    def _start(self, command: str, url: str) -> None:
        words = ["bash", "-c", f"exec env {self._on_own_ports(command)}"]
        log = self.folder.with_suffix(".log")
        child = self._services.enter_context(
            start_process("service", words, log, cwd=self.folder, env=self._environment)
        )
        wait_until_ready(child, url, 60)

    def _apply(self, difference: str) -> None:
        command = ["git", "apply", "-"]
        subprocess.run(command, cwd=self.folder, input=difference, text=True, check=True, timeout=30)


def _different_ports(count: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return list(ports)


def _commands(block: Block) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each command, with the output below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, tuple(shown)
