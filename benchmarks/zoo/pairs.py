"""The pairs of releases, and the requirements of the service with either."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent
SERVICE = FOLDER / "service"


@dataclass(frozen=True)
class Pair:
    """Two releases of a package, and the operation of the service that uses it."""

    package: str
    before: str
    after: str
    operation: str
    expected: Literal["slower", "faster", "unchanged"]

    @property
    def name(self) -> str:
        return f"{self.package} {self.before} → {self.after}"


def pairs() -> tuple[Pair, ...]:
    """All pairs: those that move first."""
    return tuple(
        Pair(**row) for row in tomllib.loads((FOLDER / "pairs.toml").read_text(encoding="utf-8"))["pair"]
    )


def requirements(pair: Pair, version: str) -> str:
    """The service's requirements, with this version of the pair's package.

    Raises:
        ValueError: the service does not use the package.
    """
    text = (SERVICE / "requirements.txt").read_text(encoding="utf-8")
    changed, count = re.subn(rf"(?m)^{re.escape(pair.package)}==.*$", f"{pair.package}=={version}", text)
    if count != 1:
        raise ValueError(f"requirements.txt names {pair.package} {count} times, not once")
    return changed
