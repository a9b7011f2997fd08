"""Metric families of one event loop: nothing is locked, and a scrape renders little but numbers."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Literal

from mario_perf.pizzeria.cqrs.metrics.text_format import HistogramText, family, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Numbers:
    """Counters or gauges: a number for each combination of labels."""

    def __init__(
        self, name: str, kind: Literal["counter", "gauge"], text: str, labels: Sequence[str] = ()
    ) -> None:
        self._name, self._kind, self._text, self._labels = name, kind, text, labels
        self._numbers: dict[tuple[str, ...], float] = {}

    def add(self, number: float, *labelled: str) -> None:
        """Add to one of them; to add 0 shows it before anything happens."""
        self._numbers[labelled] = self._numbers.get(labelled, 0) + number

    def set(self, number: float, *labelled: str) -> None:
        """Whatever it was before."""
        self._numbers[labelled] = number

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text."""
        samples = (
            line(self._name, tuple(zip(self._labels, labelled, strict=True)), number)
            for labelled, number in self._numbers.items()
        )
        return family(self._name, self._kind, self._text, samples)


class Histograms:
    """A histogram for each combination of labels.

    Args:
        name: without suffixes.
        text: what is observed.
        bounds: upper bounds of the buckets, ascending.
        labels: their names.
    """

    def __init__(self, name: str, text: str, bounds: Sequence[float], labels: Sequence[str] = ()) -> None:
        self._name, self._text, self._bounds, self._labels = name, text, bounds, labels
        self._histograms: dict[tuple[str, ...], _Histogram] = {}

    def show(self, *labelled: str) -> None:
        """Show one of them before anything is observed."""
        self._at(labelled)

    def observe(self, number: float, *labelled: str) -> None:
        histogram = self._at(labelled)
        histogram.buckets[bisect_left(self._bounds, number)] += 1
        histogram.total += number

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text."""
        samples = (each.text.lines(each.buckets, each.total) for each in self._histograms.values())
        return family(self._name, "histogram", self._text, samples)

    def _at(self, labelled: tuple[str, ...]) -> _Histogram:
        if labelled not in self._histograms:
            labels = tuple(zip(self._labels, labelled, strict=True))
            text = HistogramText(self._name, labels, self._bounds)
            self._histograms[labelled] = _Histogram(len(self._bounds) + 1, text)
        return self._histograms[labelled]


class _Histogram:
    __slots__ = ("buckets", "text", "total")

    def __init__(self, buckets: int, text: HistogramText) -> None:
        self.buckets = [0] * buckets  # the last above all bounds
        self.total = 0.0
        self.text = text
