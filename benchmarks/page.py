"""Tables in documents, each between two comments that name the benchmark which made it."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def replaced(text: str, benchmark: str, table: str) -> str:
    """``text`` with ``table`` between ``<!-- benchmark -->`` and ``<!-- /benchmark -->``.

    Raises:
        ValueError: the two comments are not there, once each and in this order.
    """
    begin, end = f"<!-- {benchmark} -->", f"<!-- /{benchmark} -->"
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed) or begin in after:
        raise ValueError(f"the page needs {begin} and {end}, once each")
    return f"{before}{begin}\n\n{table.strip()}\n\n{end}{after}"


def write(benchmark: str, table: str, page: Path = PAGE) -> None:
    """Put a table into its place.

    Raises:
        ValueError: the page has no place for it.
    """
    page.write_text(replaced(page.read_text(encoding="utf-8"), benchmark, table), encoding="utf-8")
