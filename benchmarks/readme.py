"""Tables in the README, each between two comments that name the benchmark which made it."""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def replaced(text: str, benchmark: str, table: str) -> str:
    """``text`` with ``table`` between ``<!-- benchmark -->`` and ``<!-- /benchmark -->``.

    Raises:
        ValueError: the two comments are not there, once each and in this order.
    """
    begin, end = f"<!-- {benchmark} -->", f"<!-- /{benchmark} -->"
    before, opened, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed) or begin in after:
        raise ValueError(f"{README.name} needs {begin} and {end}, once each")
    return f"{before}{begin}\n\n{table.strip()}\n\n{end}{after}"


def write(benchmark: str, table: str) -> None:
    """Put a table into its place.

    Raises:
        ValueError: the README has no place for it.
    """
    README.write_text(replaced(README.read_text(encoding="utf-8"), benchmark, table), encoding="utf-8")
