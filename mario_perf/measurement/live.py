"""What a service does right now, followed while its run is recorded."""

from __future__ import annotations

import math
import select
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from mario_perf.errors import UnreadableRunError
from mario_perf.sources import series
from mario_perf.sources.counters import increase
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.sources.scrapes import ScrapeReader
from mario_perf.statistics.quantiles import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.run_record import Side

WINDOW = 10.0  # seconds
_POLL = 0.25  # seconds
_SIDES: tuple[Side, ...] = ("baseline", "candidate")

Scrape = tuple[float, str]
"""Unix seconds, and the exposition."""


class Tail:
    """Reads what is appended to ``scrapes-SIDE.jsonl.gz``; a file that is not there yet has nothing new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bytes_read = 0
        self._scrapes = ScrapeReader()

    def new(self) -> Iterator[Scrape]:
        """The scrapes since the last call, without those that failed.

        Raises:
            UnreadableRunError: The file is damaged, or holds more than scrapes do.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._bytes_read)
                piece = file.read()
        except OSError:
            return
        self._bytes_read += len(piece)
        try:
            for scrape in self._scrapes.read(piece):
                if "body" in scrape:
                    yield float(scrape["time"]), scrape["body"]
        except (ValueError, TypeError, LookupError) as error:
            raise UnreadableRunError(f"{self._path}: not readable as scrapes ({error}); run again") from error


class Recent:
    """The scrapes of one side within the last :data:`WINDOW`."""

    def __init__(self, side: Side, tail: Tail) -> None:
        self.side = side
        self._tail = tail
        self._scrapes: deque[Scrape] = deque()

    def advance(self) -> bool:
        """Take in what is new; whether there was anything."""
        new = list(self._tail.new())
        self._scrapes.extend(new)
        while self._scrapes and self._scrapes[-1][0] - self._scrapes[0][0] > WINDOW:
            self._scrapes.popleft()
        return bool(new)

    def operations(self, metrics: Metrics) -> list[dict[str, Any]]:
        """What every operation that was executed did between the first and the last of them."""
        if len(self._scrapes) < 2:  # noqa: PLR2004 - a difference needs two
            return []
        return [{"side": self.side, **each} for each in between(self._scrapes[0], self._scrapes[-1], metrics)]


def between(first: Scrape, last: Scrape, metrics: Metrics) -> list[dict[str, Any]]:
    """One row for each operation that was executed between two scrapes."""
    reader = ExpositionReader(metrics.samples)
    for scrape in (first, last):
        reader.add(*scrape)
    table = reader.table()
    if series.missing_metric(table, metrics):
        return []
    snapshots = series.snapshots(table, metrics)
    executed, failed = increase(snapshots.executions)[0], increase(snapshots.failures)[0].sum(axis=1)
    buckets = increase(snapshots.buckets)[0]
    seconds = last[0] - first[0]
    if seconds <= 0:  # the clock was set back
        return []
    return [
        {
            "name": operation.name,
            "p95": _finite_or_none(quantile(buckets[index], snapshots.bounds, 0.95).value),
            "rate": float(executed[index] / seconds),
            "error_ratio": float(failed[index] / executed[index]),
        }
        for index, operation in enumerate(snapshots.operations)
        if executed[index]
    ]


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def follow(folder: Path, metrics: Metrics) -> Iterator[list[dict[str, Any]]]:
    """The rows of all sides, anew after each scrape, until the run is recorded or standard input ends."""
    sides = [Recent(side, Tail(folder / f"scrapes-{side}.jsonl.gz")) for side in _SIDES]
    while not (folder / "run.json").exists():
        has_news = [side.advance() for side in sides]
        if any(has_news):
            yield [row for side in sides for row in side.operations(metrics)]
        if select.select([sys.stdin], [], [], _POLL)[0]:
            return
