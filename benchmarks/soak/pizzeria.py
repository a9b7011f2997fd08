"""The pizzeria in a process of its own, on a database that outlives it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAID = "listening on "


@dataclass(frozen=True, slots=True)
class Pizzeria:
    """One that listens."""

    url: str
    process: subprocess.Popen[str]


@contextmanager
def serving(database: Path) -> Iterator[Pizzeria]:
    """A pizzeria, gone afterwards.

    Raises:
        RuntimeError: It did not start.
    """
    command = [sys.executable, "-m", "mario_perf.pizzeria", "--port", "0", "--database", str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith(_SAID):
                raise RuntimeError("the pizzeria did not start")
            yield Pizzeria(line.removeprefix(_SAID).strip(), process)
        finally:
            process.kill()
