"""What the client knows of its orders, written down before and after each answer."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Journal:
    """A line each: ``placing KEY``, ``placed KEY ID``, ``delivered KEY``, ``killed``.

    A key is an order's number and how often it was tried. It stands in the order's notes.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self.placing: set[str] = set()
        self.placed: dict[str, str] = {}
        self.delivered: set[str] = set()
        self.kills = 0
        for line in path.read_text(encoding="ascii").splitlines() if path.exists() else ():
            self._take(line.split())
        self._file = path.open("a", encoding="ascii", buffering=1)

    def write(self, *words: str) -> None:
        """Add a line. It is with the system when this returns."""
        with self._lock:
            self._take(words)
            self._file.write(" ".join(words) + "\n")

    def unfinished(self) -> dict[int, tuple[str, str]]:
        """Orders that were acknowledged and are not at the door: key and id by number."""
        return {
            number_of(key): (key, order) for key, order in self.placed.items() if key not in self.delivered
        }

    def close(self) -> None:
        self._file.close()

    def _take(self, words: Sequence[str]) -> None:
        match words:
            case ["placing", key]:
                self.placing.add(key)
            case ["placed", key, order]:
                self.placed[key] = order
            case ["delivered", key]:
                self.delivered.add(key)
            case ["killed"]:
                self.kills += 1


def number_of(key: str) -> int:
    return int(key.partition("-")[0])
