"""A command that a signal strikes, at whatever moment: nothing is left, and the message is true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
LONGEST = 60.0
INTERRUPTED = "mario-perf: interrupted; all that was started is stopped\n"

COMMAND = """
import os, sys, time
print("importing", flush=True)
time.sleep(float(os.environ.get("IMPORTING", 0)))
import click
from pathlib import Path
from mario_perf.builds import git
from mario_perf.builds.build import Build, serve
from mario_perf.builds.preparation import prepare
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.configuration.policy import Service
from mario_perf.gate.gate_session import _keep_error_details
from mario_perf.reports import outputs
from mario_perf.reports.progress import PlainNarrator

@click.command()
def play():
    with temporary_folder("prometheus"), git.check_out("HEAD") as checkout:
        start = (sys.executable, "-S", str(Path("service.py").resolve()), "{port}")
        setup = (sys.executable, "-S", str(Path("setup.py").resolve()), "{environment}")
        service = Service(start=start, ready="/", setup=setup if "SETUP" in os.environ else None)
        with prepare(Build("candidate", checkout, service), Path("logs"), PlainNarrator()) as build:
            with serve((build,), 1, Path("logs") / "round-1"):
                print("under load", flush=True)
                time.sleep(float(os.environ.get("LOAD", 60)))
        print("played", flush=True)
    while "REPORT" in os.environ:
        from tests.reports import samples
        (Path("logs") / "round-1").mkdir(exist_ok=True)
        (Path("logs") / "round-1" / "run.json").write_text(samples.gate().runs[0].model_dump_json())
        with _keep_error_details(Path("logs")):
            print("reporting", flush=True)
            outputs.write(samples.gate(), Path("logs"))
"""
"""What a gate does, but for the load."""

SERVICE = """
import os, signal, subprocess, sys, tempfile, time, http.server
tempfile.mkdtemp()
print("starting", flush=True)
time.sleep(float(os.environ.get("STARTING", 0)))
if "STUBBORN" in os.environ:
    signal.signal(signal.SIGTERM, lambda *_: print("asked to stop", flush=True))
subprocess.Popen(["sleep", "60"])
if "DAEMON" in os.environ and not os.fork():
    os.setsid()
    os.fork() or time.sleep(60)
    os._exit(0)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""

SETUP = """
import os, subprocess, sys, time
open(os.path.join(sys.argv[1], "half"), "w").close()
subprocess.Popen(["sleep", "60"])
print("installing", flush=True)
time.sleep(60)
"""

MAIN = """
import sys
from mario_perf import __main__
from mario_perf.cli import commands
commands.COMMANDS = {"play": commands.CommandEntry("command:play", "")}
sys.argv = ["mario-perf", "play"]
sys.exit(__main__.main())
"""

SLOW_GIT = """#!/bin/sh
[ "$3 $4" = "worktree add" ] && echo "checking out" && sleep 1
exec {git} "$@"
"""


@dataclass(frozen=True)
class Played:
    """A command that runs in a repository, with temporary files of its own."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def left(self) -> list[str]:
        """What is lying about: processes, folders and worktrees."""
        listed = _git(self.folder, "worktree", "list", "--porcelain").splitlines()
        worktrees = [line for line in listed if line.startswith("worktree ")][1:]
        return [*_processes(self.folder / "tmp"), *_names(self.folder / "tmp"), *worktrees]

    def wait_for(self, said: str, log: Path | None = None) -> None:
        """Until the command says it, or its service in its log."""
        deadline = time.monotonic() + LONGEST
        while log is not None and not (log.exists() and said in log.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        while log is None and (line := self.process.stdout.readline()) != f"{said}\n":  # type: ignore[union-attr]
            assert line, self.process.communicate()

    def send(self, number: int, times: int = 1) -> tuple[int, str]:
        """Send a signal; the exit code, and what was told."""
        for _ in range(times):
            self.process.send_signal(number)
            time.sleep(0.03)
        told = self.process.communicate(timeout=LONGEST)[1]
        return self.process.returncode, told.lstrip("\n")  # which goes after the terminal's ^C


def _names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def _git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.invalid")
    command = ["git", *identity, *words]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=LONGEST
    ).stdout


def _processes(mark: Path, patience: float = 10.0) -> list[str]:
    """Commands that have this folder in their environment, and had time to end."""
    deadline = time.monotonic() + patience
    while (found := list(_marked(str(mark).encode()))) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _marked(mark: bytes) -> Iterator[str]:
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (each / "environ").read_bytes():
                yield (each / "cmdline").read_text()
        except OSError:
            continue


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[..., Played]]:
    """Start the command."""
    for name, text in {
        "command.py": COMMAND,
        "service.py": SERVICE,
        "setup.py": SETUP,
        ".gitignore": "*\n",
    }.items():
        (tmp_path / name).write_text(text)
    for folder in ("tmp", "logs", "bin"):
        (tmp_path / folder).mkdir()
    git = tmp_path / "bin" / "git"
    git.write_text(SLOW_GIT.format(git=subprocess.check_output(["which", "git"], text=True).strip()))
    git.chmod(0o755)
    for words in (("init", "-q"), ("add", "-f", "service.py"), ("commit", "-qm", "all")):
        _git(tmp_path, *words)
    started: list[Played] = []

    def start(*words: str, **environment: str) -> Played:
        path = {
            "PYTHONPATH": f"{ROOT}:{tmp_path}",
            "TMPDIR": str(tmp_path / "tmp"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        process = subprocess.Popen(
            [*words, sys.executable, "-c", MAIN],
            cwd=tmp_path,
            env=os.environ | path | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(Played(process, tmp_path))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_under_load(number: int, play: Callable[..., Played]) -> None:
    played = play()
    played.wait_for("under load")
    assert played.send(number) == (130, INTERRUPTED)
    assert played.left == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_it_is_imported(number: int, play: Callable[..., Played]) -> None:
    played = play(IMPORTING="60")
    played.wait_for("importing")
    assert played.send(number) == (130, "mario-perf: interrupted before anything was started\n")
    assert played.left == []


def test_while_git_makes_a_checkout(play: Callable[..., Played], tmp_path: Path) -> None:
    played = play(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    played.wait_for("importing")
    _wait_for_folder(tmp_path / "tmp", "mario-perf-checkout-*")
    time.sleep(0.5)
    assert played.send(signal.SIGTERM) == (130, INTERRUPTED)
    assert played.left == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_an_environment_is_installed(number: int, play: Callable[..., Played], tmp_path: Path) -> None:
    played = play(SETUP="1")
    played.wait_for("installing", tmp_path / "logs" / "candidate.setup.log")
    code, told = played.send(number)
    assert (code, told.splitlines(keepends=True)[-1]) == (130, INTERRUPTED)
    assert played.left == []
    assert not list((tmp_path / "cache").rglob("half"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_the_report_is_written(number: int, play: Callable[..., Played], tmp_path: Path) -> None:
    played = play(LOAD="0", REPORT="1")
    played.wait_for("reporting")
    code, told = played.send(number)
    kept = "mario-perf: interrupted; all that was started is stopped; what was measured is in logs\n"
    assert (code, told) == (130, kept)
    assert played.left == []
    assert (tmp_path / "logs" / "round-1" / "run.json").read_text().endswith("}")


def test_while_the_service_starts(play: Callable[..., Played], tmp_path: Path) -> None:
    played = play(STARTING="60")
    played.wait_for("starting", tmp_path / "logs" / "round-1.candidate.log")
    assert played.send(signal.SIGTERM) == (130, INTERRUPTED)
    assert played.left == []


def test_a_second_time_in_the_clean_up_a_stubborn_service_is_killed_at_once(
    play: Callable[..., Played], tmp_path: Path
) -> None:
    played = play(STUBBORN="1")
    played.wait_for("under load")
    played.process.send_signal(signal.SIGINT)
    played.wait_for("asked to stop", tmp_path / "logs" / "round-1.candidate.log")
    time.sleep(0.6)  # later than what counts as one
    assert played.send(signal.SIGINT) == (130, INTERRUPTED)
    assert played.left == []


def test_ten_times_in_the_clean_up(play: Callable[..., Played]) -> None:
    played = play()
    played.wait_for("under load")
    assert played.send(signal.SIGINT, times=10) == (130, INTERRUPTED)
    assert played.left == []


def test_a_key_that_is_held_down_in_the_clean_up_of_what_went_well(play: Callable[..., Played]) -> None:
    played = play(LOAD="0")
    played.wait_for("played")
    assert played.send(signal.SIGINT, times=10)[0] in {0, 130}
    assert played.left == []


def test_what_sigkill_leaves_is_removed_by_the_next_command(
    play: Callable[..., Played], tmp_path: Path
) -> None:
    killed = play()
    killed.wait_for("under load")
    assert killed.send(signal.SIGKILL)[0] == -signal.SIGKILL
    assert _processes(tmp_path / "tmp") == []
    assert {name.rsplit("-", 1)[0] for name in _names(tmp_path / "tmp")} == {
        "mario-perf-prometheus",
        "mario-perf-checkout",
        "mario-perf-service",
    }
    (tmp_path / "tmp" / "somebody-elses").mkdir()
    following = play(LOAD="0")
    assert (following.process.wait(LONGEST), following.left) == (0, ["somebody-elses"])


@pytest.mark.alone
def test_a_daemon_that_sigkill_leaves_is_stopped_by_the_next_command(
    play: Callable[..., Played], tmp_path: Path
) -> None:
    """It has a session of its own, so it does not end with the group of its service.

    The next command of a test beside it would be the one that stops it.
    """
    killed = play(DAEMON="1")
    killed.wait_for("under load")
    assert killed.send(signal.SIGKILL)[0] == -signal.SIGKILL
    assert len(_processes(tmp_path / "tmp", patience=1.0)) == 1
    following = play(LOAD="0")
    assert (following.process.wait(LONGEST), following.left) == (0, [])


def test_a_command_leaves_alone_what_another_one_uses(play: Callable[..., Played], tmp_path: Path) -> None:
    running = play(DAEMON="1")
    running.wait_for("under load")
    used = set(_names(tmp_path / "tmp"))
    started = sorted(_marked(str(tmp_path / "tmp").encode()))
    beside = play(LOAD="0")
    assert beside.process.wait(LONGEST) == 0
    assert set(_names(tmp_path / "tmp")) == used
    assert sorted(_marked(str(tmp_path / "tmp").encode())) == started
    assert running.send(signal.SIGTERM)[0] == 130


def test_a_hangup_that_nohup_turned_off_does_not_end_it(play: Callable[..., Played]) -> None:
    played = play("nohup")
    played.wait_for("under load")
    played.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert played.process.poll() is None
    assert played.send(signal.SIGTERM)[0] == 130


def _wait_for_folder(place: Path, pattern: str) -> None:
    deadline = time.monotonic() + LONGEST
    while not list(place.glob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
