"""The command line without a process of its own."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf import interruption
from mario_perf.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def here(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """The command line in this process, which saves it the start of another."""
    monkeypatch.chdir(ROOT)
    before = {number: signal.getsignal(number) for number in interruption.SIGNALS}

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["mario-perf", *arguments])
        return Done(main(), *capsys.readouterr())

    yield call
    for number, handler in before.items():
        signal.signal(number, handler)
