"""The package's own source, for tests that walk it: each module is parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import mario_perf

PACKAGE = Path(mario_perf.__file__).parent


@cache
def modules() -> tuple[Path, ...]:
    """The files of all modules."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module's syntax tree."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def name_in_package(path: Path) -> str:
    """The file of a module as seen from the package's folder."""
    return path.relative_to(PACKAGE).as_posix()
