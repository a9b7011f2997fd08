"""The built-in pizzeria: how it is started, and who holds one."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from mario_perf.builds.git import Checkout
from mario_perf.errors import UserError

PROJECT = "mario-perf"
MODULE = "mario_perf.pizzeria"
MAIN = f"{MODULE.replace('.', '/')}/__main__.py"
"""The file that ``python -m`` runs, from the root of a checkout of ours."""

CHECK_TIMEOUT = 60.0
"""Seconds that the pizzeria may take to look at its options."""


def is_own_checkout(root: Path) -> bool:
    """Whether a folder is a checkout of mario-perf itself.

    A package of the same name in somebody else's repository is not enough: its name may be chance.
    """
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return project == PROJECT and (root / MAIN).is_file()


def installed_checkout() -> Checkout:
    """The pizzeria that came with this installation."""
    return Checkout(Path(__file__).parents[2], f"{PROJECT} {version(PROJECT)}")


def check_faults(checkout: Checkout, faults: tuple[str, ...]) -> None:
    """Let the pizzeria of a checkout say whether it can inject them: it knows its operations.

    Raises:
        UserError: it cannot.
    """
    if not faults:
        return
    process = subprocess.run(
        [*command(0, faults), "--check"],
        cwd=checkout.path,
        env=os.environ | {"PYTHONPATH": str(checkout.path), "PYTHONSAFEPATH": ""},
        capture_output=True,
        text=True,
        timeout=CHECK_TIMEOUT,
        check=False,
    )
    if process.returncode:
        lines = process.stderr.strip().splitlines() or ["the faults could not be checked"]
        raise UserError(lines[-1].removeprefix("pizzeria: "))


def command(port: int, faults: tuple[str, ...] = ()) -> list[str]:
    return [sys.executable, "-m", MODULE, "--port", str(port), *faults]
