"""Scrapes of the service that the load took during the run and kept in the run's folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mario_perf import local_file
from mario_perf.decompression import GZIP, OversizeError, Unpacker
from mario_perf.errors import UnreadableExpositionError, UnreadableRunError
from mario_perf.sources import cost_series, series
from mario_perf.sources.exposition import ExpositionReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Snapshots
    from mario_perf.run_record import Span, TargetRecord

_CHUNK = 1 << 16
_MAX_LINE = 1 << 27
"""Bytes of the longest line: a metrics page of the largest size, with its quotes escaped."""

_MAX_RATIO = 500
"""Bytes in one byte of a file. Pages that repeat have some 200; a bomb has a thousand."""


class ScrapeSource:
    """Reads ``scrapes-SIDE.jsonl.gz``, up to the cut if the run was killed while it wrote."""

    def __init__(self, directory: Path, metrics: Metrics) -> None:
        self._directory = directory
        self._metrics = metrics

    def snapshots(self, target: TargetRecord, span: Span) -> Snapshots:  # noqa: ARG002 — all that was kept
        """All scrapes that succeeded; failed ones show as gaps.

        Raises:
            UnreadableRunError: There is no scrape.
            MetricNotFoundError: The scrapes lack a metric.
        """
        path = self._directory / f"scrapes-{target.side}.jsonl.gz"
        reader = self._read(path)
        table = reader.table()
        if not len(table.times):
            raise UnreadableRunError(
                f"{path}: no scrape of {target.metrics_url} succeeded; check that it answers, and run again"
            )
        if missing := series.missing_metric(table, self._metrics):
            raise series.metric_not_found(missing, reader.names, target.metrics_url)
        return cost_series.with_nearest(
            series.snapshots(table, self._metrics), self._metrics, lambda: reader.names
        )

    def matchers(self, target: TargetRecord) -> Mapping[str, str]:  # noqa: ARG002 — the same for all
        """None: no Prometheus was asked."""
        return {}

    def _read(self, path: Path) -> ExpositionReader:
        reader = ExpositionReader(self._metrics.every_sample)
        try:
            for scrape in scrapes(path):
                if "body" in scrape:
                    reader.add(float(scrape["time"]), scrape["body"] + _process_lines(scrape))
        except OSError as error:
            raise UnreadableRunError(
                f"{path}: no stored scrapes ({error.strerror}); give --prometheus URL, or run again"
            ) from error
        except UnreadableExpositionError as error:
            raise UnreadableRunError(
                f"{path}: {error}; run again with a metrics page that is valid"
            ) from error
        except (ValueError, TypeError, LookupError) as error:
            raise UnreadableRunError(f"{path}: not readable as scrapes ({error!r}); run again") from error
        return reader


def _process_lines(scrape: Mapping[str, Any]) -> str:
    """What the operating system says of the service, as lines of its page.

    Raises:
        ValueError: It is not figures.
        TypeError: It is not figures.
    """
    return "".join(f"\n{name} {float(value)}" for name, value in dict(scrape.get("process", {})).items())


def scrapes(path: Path) -> Iterator[dict[str, str]]:
    """Each scrape of a file, whole ones only; ends without complaint where the file is cut.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged, or holds more than scrapes do.
    """
    reader = ScrapeReader()
    with local_file.opened(path) as file:
        while chunk := file.read(_CHUNK):
            yield from reader.read(chunk)


class ScrapeReader:
    """Reads the bytes of a file of scrapes as they come."""

    def __init__(self) -> None:
        self._unpacker = Unpacker(GZIP)
        self._partial_line: list[bytes] = []
        self._packed = self._unpacked = 0

    def read(self, chunk: bytes) -> Iterator[dict[str, str]]:
        """The scrapes that end in the next bytes.

        Raises:
            ValueError: They are damaged, or hold more than scrapes do.
        """
        self._packed += len(chunk)
        for piece in self._unpacker.pieces(chunk):
            self._unpacked += len(piece)
            if self._unpacked > max(_MAX_LINE, _MAX_RATIO * self._packed):
                raise OversizeError(f"{self._packed} bytes hold more than {self._unpacked >> 20} MiB")
            *ends, rest = piece.split(b"\n")
            for end in ends:
                yield _scrape(b"".join((*self._partial_line, end)))
                self._partial_line = []
            self._partial_line.append(rest)
            if sum(map(len, self._partial_line)) > _MAX_LINE:
                raise OversizeError(f"a scrape of more than {_MAX_LINE >> 20} MiB")


def _scrape(line: bytes) -> dict[str, str]:
    try:
        scrape = json.loads(line.decode())
    except RecursionError as error:
        raise ValueError("a scrape that is nested too deeply") from error
    if not isinstance(scrape, dict) or not isinstance(scrape.get("body", ""), str):
        raise ValueError(f"a line that holds no scrape: {line[:40]!r}")  # noqa: TRY004 - of a file, not of a call
    scrape.get("body", "").encode()  # a half of a surrogate pair can be escaped in JSON, and be in no report
    return scrape
