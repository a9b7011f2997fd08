"""Code in Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND = re.compile(r"(?:^|[($ ])((?:mario-perf|python -m|make) .*)")
_END = re.compile(r"\s{2,}|\s[#&>|]|\)\"")
"""A remark beside a command, a shell's operator, or the end of a substitution."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, and what stands behind its fence."""

    info: str
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Every block of code, fenced or indented."""
    for token in MarkdownIt().parse(text):
        if token.type in {"fence", "code_block"}:
            yield Block(token.info, token.content)


def commands(text: str) -> Iterator[str]:
    """Every command line of ours in code, in blocks and in sentences; a console shows output, too."""
    for code in (*blocks(text), *(Block("", span) for span in _spans(text))):
        typed = "$ " if code.info.startswith("console") else ""
        for line in code.text.splitlines():
            if line.startswith(typed) and (found := _COMMAND.search(line.strip().removeprefix("$ "))):
                yield _END.split(found[1], maxsplit=1)[0]


def _spans(text: str) -> Iterator[str]:
    for token in MarkdownIt().parse(text):
        for child in token.children or ():
            if child.type == "code_inline":
                yield child.content
