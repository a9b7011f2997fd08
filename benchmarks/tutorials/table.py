"""The table of tutorials in docs/benchmarks.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.tutorials.records import Walk

HEAD = (
    "| tutorial | unchanged | from nothing | slower | after the change | load average |",
    "|---|---|---|---|---|---|",
)


def table(walks: Iterable[Walk]) -> str:
    """One row a tutorial."""
    return "\n".join([*HEAD, *(_row(each) for each in walks)])


def _row(walk: Walk) -> str:
    return (
        f"| [{walk.tutorial}]({walk.tutorial}.md) | {walk.unchanged} | {walk.until_green / 60:.1f} min "
        f"| {walk.slower} | {walk.until_red / 60:.1f} min | {walk.load_average:.1f} |"
    )
