"""Prometheus' text format (0.0.4), quickly.

All of a histogram but its numbers is the same at each scrape, so it is rendered once, and the numbers are
filled in at once, in C: line by line a scrape of many operations would hold the event loop several times as
long. Bytes are filled in faster than text, and are what is sent.
"""

from __future__ import annotations

from itertools import accumulate, chain
from math import isnan
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Labels = Sequence[tuple[str, str]]


class FamilySource(Protocol):
    """Something that is measured."""

    def lines(self) -> Iterator[bytes]:
        """Its families, in pieces of one or more lines."""


def page(sources: Iterable[FamilySource]) -> bytes:
    """What a scrape gets."""
    return b"".join(chain.from_iterable(each.lines() for each in sources))


def family(name: str, kind: str, text: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """All lines of a family, described and typed."""
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n".encode()
    yield from lines


def line(name: str, labels: Labels, number: float) -> bytes:
    return f"{_series(name, labels)} {'NaN' if isnan(number) else repr(number)}\n".encode()


class HistogramText:
    """The lines of one histogram.

    They are kept: those of a histogram in which nothing happened are good for the next scrape, too, and a
    process that gives the memory of a whole page back waits for the next as long as the rendering takes.
    """

    def __init__(self, name: str, labels: Labels, bounds: Iterable[float]) -> None:
        self._template = _template(name, labels, bounds)
        self._count = -1
        self._lines = b""

    def lines(self, buckets: Sequence[int], total: float) -> bytes:
        """With these counts by bucket, the last above all bounds, and this sum of all that was observed."""
        count = sum(buckets)
        if count != self._count:
            self._lines = self._template % (*accumulate(buckets), repr(total).encode(), count)
            self._count = count
        return self._lines


def _template(name: str, labels: Labels, bounds: Iterable[float]) -> bytes:
    """All lines of a histogram, with places for the buckets' counts, the sum and the count."""
    les = (*(repr(float(bound)) for bound in bounds), "+Inf")
    lines = [
        *((_series(f"{name}_bucket", (*labels, ("le", le))), "%d") for le in les),
        (_series(f"{name}_sum", labels), "%b"),
        (_series(f"{name}_count", labels), "%d"),
    ]
    return "".join(f"{series.replace('%', '%%')} {place}\n" for series, place in lines).encode()


def _series(name: str, labels: Labels) -> str:
    within = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels)
    return f"{name}{{{within}}}" if within else name


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
