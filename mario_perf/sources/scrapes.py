"""Scrapes of the service that the load took during the run and kept in the run's folder."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from mario_perf.errors import UnreadableExpositionError, UnreadableRunError
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Snapshots
    from mario_perf.run_record import Span, TargetRecord

_CHUNK = 1 << 18
_GZIP = 16 + zlib.MAX_WBITS


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
                f"{path}: no scrape of {target.metrics_url} succeeded; see whether it answers, and run again"
            )
        if missing := series.missing_metric(table, self._metrics):
            raise series.not_found(missing, reader.names, target.metrics_url)
        return series.snapshots(table, self._metrics)

    def matchers(self, target: TargetRecord) -> Mapping[str, str]:  # noqa: ARG002 — the same for all
        """None: no Prometheus was asked."""
        return {}

    def _read(self, path: Path) -> ExpositionReader:
        reader = ExpositionReader(self._metrics.samples)
        try:
            for scrape in scrapes(path):
                if "body" in scrape:
                    reader.add(float(scrape["time"]), scrape["body"])
        except OSError as error:
            raise UnreadableRunError(
                f"{path}: no scrapes kept ({error.strerror}); give --prometheus URL, or run again"
            ) from error
        except UnreadableExpositionError as error:
            raise UnreadableRunError(
                f"{path}: {error}; run again with a metrics page that is valid"
            ) from error
        except (ValueError, TypeError, LookupError) as error:
            raise UnreadableRunError(f"{path}: not readable as scrapes ({error!r}); run again") from error
        return reader


def scrapes(path: Path) -> Iterator[dict[str, str]]:
    """Each scrape of a file, whole ones only."""
    rest = b""
    for piece in _decompressed(path):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _decompressed(path: Path) -> Iterator[bytes]:
    """What a gzip file holds, one member after the other; ends without complaint where the file is cut."""
    member = zlib.decompressobj(_GZIP)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            while chunk:
                try:
                    yield member.decompress(chunk)
                except zlib.error as error:
                    raise ValueError("damaged gzip") from error
                chunk = member.unused_data
                if member.eof:
                    member = zlib.decompressobj(_GZIP)
