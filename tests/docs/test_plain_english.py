"""The language of the package: the phrases that its strings and docstrings do without."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.package_source import PACKAGE, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(
    ROOT / name
    for name in (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "docs/tutorial.md",
        "docs/locust.md",
        "perf.toml",
    )
)
BANNED = re.compile(
    r"(?<!there )\bis no (?!longer\b|more\b)|\bof which\b|\bwhoever\b|\bnobody\b|\bso many\b"
    r"|\bthat there (?:is|are)\b|\btold\b|\bat the most\b|\bany longer\b|\bof the trade\b",
    re.IGNORECASE,
)


def texts(path: Path) -> Iterator[str]:
    """The string constants and docstrings of a module, or the text of any other file."""
    if path.suffix != ".py":
        yield path.read_text("utf-8")
        return
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def files() -> list[Path]:
    return [*DOCUMENTS, *(path for path in sorted(PACKAGE.rglob("*")) if path.suffix in {".py", ".j2"})]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_has_a_banned_phrase(path: Path) -> None:
    assert [found.group() for text in texts(path) for found in BANNED.finditer(text)] == []


def test_the_front_garden_is_short() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in DOCUMENTS[:2]}
    assert lines["README.md"] <= 130
    assert lines["CHANGELOG.md"] <= 40
