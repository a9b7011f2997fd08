"""Scrapes of a service's metrics during the run, kept raw and complete in the run's folder."""

from __future__ import annotations

import gzip
import json
import logging
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import TYPE_CHECKING, Final

import gevent
import httpx
from gevent.lock import BoundedSemaphore

from mario_perf.bounded_read import Reader
from mario_perf.load.record import process_tree
from mario_perf.load.record.time_of_day import now

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    _Line = Mapping[str, float | str | Mapping[str, float]]

LOG: Final = logging.getLogger("mario_perf")
_TIMEOUT: Final = 5.0  # seconds, of a whole scrape
_TRIES: Final = 3
_HEADERS: Final = {"Accept": "text/plain;version=0.0.4"}


class ScrapeError(Exception):
    """The metrics could not be read or written: one line that says why."""


class Scraper:
    """Scrapes one URL, and appends one JSON line for each scrape to a gzip file.

    A line is ``{"time", "body"}``, or ``{"time", "error"}``: unix seconds in the middle of the request, and
    the exposition as it came. Of a service whose process is known, ``"process"`` beside them is what that
    uses, as far as the exposition does not say it. Each line is flushed, so that a crash loses at most one
    line. After a failed write, no more lines are written: what follows a torn line cannot be read.
    """

    def __init__(self, url: str, path: Path, tls: ssl.SSLContext, pid: int | None = None) -> None:
        self.url = url
        self._pid = pid
        self._path = path
        self._reader = Reader(tls)
        self._file: gzip.GzipFile | None = None
        self._write_error: str | None = None
        self._lock = BoundedSemaphore(1)
        self._greenlet: gevent.Greenlet | None = None
        self.succeeded = self.failed = 0

    def scrape(self) -> None:
        """Take one scrape now. A failed scrape is written to the file, too.

        Raises:
            ScrapeError: The scrape or its writing failed.
        """
        with self._lock:
            start = now()
            try:
                body = self._fetch()
            except ScrapeError as error:
                self.failed += 1
                self._write({"time": (start + now()) / 2, "error": str(error)})
                raise
            self._write({"time": (start + now()) / 2, "body": body, **self._process(body)})
            self.succeeded += 1

    def scrape_with_retries(self) -> None:
        """Take one scrape now, and try again when it fails before its time is over.

        Raises:
            ScrapeError: The last try failed, too.
        """
        over = perf_counter() + _TIMEOUT
        for _ in range(_TRIES - 1):
            try:
                return self.scrape()
            except ScrapeError:
                if perf_counter() >= over:
                    raise
        return self.scrape()

    @contextmanager
    def between_scrapes(self) -> Iterator[None]:
        """Wait until no scrape is in progress, and let none begin for the length of the block.

        The service read its counters for each scrape wholly before or wholly after a moment in this block.
        The time of a scrape is only the middle of the request: it does not say when counters were read.
        """
        with self._lock:
            yield

    def start(self, interval: float) -> None:
        """Scrape every ``interval`` seconds from now on."""
        self._greenlet = gevent.spawn(self._keep_scraping, interval)

    def stop(self) -> None:
        if self._greenlet is not None:
            with self._lock:
                self._greenlet.kill()
        self._reader.close()
        if self._file is not None:
            with suppress(OSError):  # without its end it reads like the file of a crash
                self._file.close()

    def discard(self) -> None:
        """Stop, and delete the file."""
        self.stop()
        self._path.unlink(missing_ok=True)

    def _keep_scraping(self, interval: float) -> None:
        due = perf_counter()
        while self._write_error is None:
            due = max(due + interval, perf_counter())
            gevent.sleep(due - perf_counter())
            with suppress(ScrapeError):
                self.scrape()
        LOG.warning("no more scrapes are kept: %s", self._write_error)

    def _process(self, body: str) -> dict[str, Mapping[str, float]]:
        """What the page lacks of the names that Prometheus clients share."""
        if self._pid is None:
            return {}
        missing = [name for name in process_tree.NAMES if f"\n{name}" not in body]
        if not missing:
            return {}
        used = process_tree.usage(self._pid)
        return {"process": {name: used[name] for name in missing if name in used}}

    def _fetch(self) -> str:
        try:
            answer = self._reader.get(self.url, _TIMEOUT, headers=_HEADERS)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ScrapeError(f"{type(error).__name__}: {error}") from error
        if answer.status != httpx.codes.OK:
            raise ScrapeError(f"status {answer.status}")
        return answer.text

    def _write(self, scrape: _Line) -> None:
        """Write in a thread: compression takes milliseconds, which would delay users."""
        if self._write_error is None:
            self._write_error = gevent.get_hub().threadpool.apply(self._append, (scrape,))
        if self._write_error is not None:
            raise ScrapeError(self._write_error)

    def _append(self, scrape: _Line) -> str | None:
        """Return the reason of a failure: gevent prints exceptions of its threads."""
        try:
            if self._file is None:
                self._file = gzip.open(self._path, "wb", compresslevel=1)  # noqa: SIM115 - closed by stop
            self._file.write(json.dumps(scrape).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            return f"{self._path} cannot be written ({error.strerror})"
        return None
