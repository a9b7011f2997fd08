"""What surrounds a gate: how busy the machine is, and which files a checkout lacks. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from mario_perf.doctor.diagnosis import Diagnosis, Rating
from mario_perf.errors import listed
from mario_perf.validity.environments import is_busy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mario_perf.configuration.policy import Service

_OF_TOOLS: Final = frozenset(
    {"__pycache__", "htmlcov", "runs", "Thumbs.db"}
    | {f".{name}" for name in ("DS_Store", "cache", "coverage", "git", "hypothesis", "idea", "vscode")}
    | {f".{name}" for name in ("mypy_cache", "nox", "pytest_cache", "ruff_cache", "tox")}
)
"""Ignored files and folders that no service needs."""

_OF_EDITORS: Final = frozenset({".pyc", ".pyo", ".log", ".swp", ".tmp"})

_ENVIRONMENTS: Final = frozenset({".venv", "venv", "env", ".perf", ".direnv"})
"""Environments of Python: they are used where they are, by the ``PATH``."""

_SETUPS: Final = {"node_modules": '"npm"'}
"""By what is missing: the ready-made setup that makes it."""


def of_machine(load_average: float, cores: int) -> Diagnosis:
    """How much else runs, by the load average of the last minute."""
    found = f"load average {load_average:.1f} on {cores} cores"
    if not is_busy(load_average, cores):
        return Diagnosis(Rating.OK, "machine", found)
    return Diagnosis(
        Rating.ATTENTION,
        "machine",
        f"{found}: other work makes rounds differ",
        "end other programs, or use a quieter machine",
    )


def of_ignored(paths: Iterable[str], service: Service | None) -> Iterator[Diagnosis]:
    """Files that git ignores and that a service may need: both builds run in checkouts, which lack them.

    ``paths`` are from the repository's root; a folder ends with a slash. A ``setup`` is taken to make them.
    """
    if service is None or service.setup is not None:
        return
    lacking = sorted(path for path in paths if _may_be_needed(PurePosixPath(path)))
    if lacking:
        yield Diagnosis(
            Rating.ATTENTION,
            "checkout",
            f"git ignores {listed(lacking)}, so the builds of a gate run without",
            f"if the service needs it, give [service] setup = {_setup(lacking)}, or [] if not",
        )


def _may_be_needed(path: PurePosixPath) -> bool:
    needless = _OF_TOOLS | _ENVIRONMENTS
    return needless.isdisjoint(path.parts) and path.suffix not in _OF_EDITORS | {".egg-info"}


def _setup(lacking: list[str]) -> str:
    names = {PurePosixPath(path).name for path in lacking}
    return next((setup for name, setup in _SETUPS.items() if name in names), "a command that makes it")
