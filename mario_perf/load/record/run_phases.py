"""One run from its first scrape to its record: warm-up, quiet edge, window, quiet edge.

At a quiet edge no request is under way, so that what the client counted and what the service counted are the
same number, and a scrape taken there belongs to exactly that moment.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from time import monotonic, time
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin

import gevent

from mario_perf.load.credentials import without_credentials
from mario_perf.load.record import fingerprint
from mario_perf.load.record.scraper import ScrapeError, Scraper
from mario_perf.run_record import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.load.options.run_options import Options
    from mario_perf.load.users.step_session import Target
    from mario_perf.load.users.user_group import CrewReport
    from mario_perf.run_record import LostWorker

LOG: Final = logging.getLogger("mario_perf")
_SHORTEST: Final = 1.0  # seconds
_GATHERING: Final = 10.0
"""Seconds that users may take to become ready, after Locust has started them all."""
LONGEST_REQUEST: Final = 30.0
"""Seconds that an edge waits for requests under way, unless Locust's --stop-timeout says otherwise."""


class Crews(Protocol):
    """Who sends the requests: the crew of this process, or those of all workers. See :class:`Crew`."""

    @property
    def lost(self) -> tuple[LostWorker, ...]:
        """Workers that ended before the run did."""

    def gather(self, users: int, timeout: float) -> None:
        """Wait until so many users are ready, but no longer than that."""

    def set_out(self, seconds: float) -> None:
        """Let journeys arrive, for so many seconds."""

    def hold(self, timeout: float) -> bool:
        """Let no request begin; whether none was under way any more in time."""

    def open_window(self) -> None:
        """Count as in the window from now on."""

    def release(self) -> None:
        """Let requests begin again."""

    def reports(self) -> tuple[CrewReport, ...]:
        """What each crew did."""

    def close(self) -> None:
        """Send users home."""


class Run:
    """A run in progress: tells the crews when, and scrapes the services."""

    def __init__(
        self,
        options: Options,
        targets: tuple[Target, ...],
        crews: Crews,
        folder: Path,
        finished: Callable[[], None],
    ) -> None:
        """Nothing is sent yet. ``finished`` is called when all that was planned to arrive has."""
        self.options = options
        self.targets = targets
        self.crews = crews
        self.folder = folder
        self.environment = fingerprint.take()
        self._finished = finished
        self.reports: tuple[CrewReport, ...] = ()
        self.warnings: list[str] = []
        self._scrapers: list[Scraper] = []
        self._opening: gevent.Greenlet | None = None
        self._started = self._ended = time()
        self._window_start: float | None = None

    @property
    def whole_run(self) -> Span:
        """From before the first request to after the last."""
        return Span(start=self._started, end=self._ended)

    @property
    def window(self) -> Span | None:
        """What is judged; None when the run ended before it opened."""
        return None if self._window_start is None else Span(start=self._window_start, end=self._ended)

    @property
    def scraped(self) -> bool:
        """Whether scrapes were kept."""
        return bool(self._scrapers)

    def begin(self) -> None:
        """Take the first scrape, before the first request; without one, the run keeps no scrapes."""
        tls = self.options.tls()
        scrapers = [
            Scraper(self.metrics_url(target), self.folder / f"scrapes-{target.side}.jsonl.gz", tls)
            for target in self.targets
        ]
        missing = [
            f"{self.metrics_url(target)} ({reason})"
            for target, scraper in zip(self.targets, scrapers, strict=True)
            if (reason := _not_scraped(scraper))
        ]
        for scraper in scrapers:
            if missing:
                scraper.discard()
            else:
                scraper.start(self.options.scrape_interval)
                self._scrapers.append(scraper)
        if missing:
            self.warn(f"no metrics at {' and '.join(missing)}; no scrapes are kept (see --metrics-path)")
        self._started = time()

    def all_users_there(self, users: int, timeout: float, end: float | None) -> None:
        """Warm up once so many are ready, then open the window; edges wait ``timeout`` seconds for quiet.

        Where the window has a length, the run is finished that long after it opened. Else, where the run has
        an ``end`` (by the monotonic clock), the shape is played until then, but for the window's edge. Else
        an open model takes as long as its shape, and is finished then.
        """
        if self._opening is None:
            self.crews.gather(users, _GATHERING)
            seconds, finishes = self._load_time(None if end is None else end - monotonic())
            self.crews.set_out(seconds)
            self._opening = gevent.spawn(self._play, timeout, seconds if finishes else None)

    def end(self, timeout: float) -> None:
        """Let users finish what they have under way, take the last scrape, and send users home."""
        with ExitStack() as leaving:  # whatever is raised
            leaving.callback(self.crews.close)
            for scraper in self._scrapers:
                leaving.callback(scraper.stop)
            if self._opening is not None:
                with self._between_scrapes():  # a scrape that is being written stays whole
                    self._opening.kill()
            self._quieten(timeout, "at the end")
            with self._between_scrapes():
                self._ended = time()
            self.reports = self.crews.reports()
            self._scrape_edge("at the end")
            gevent.sleep(self.options.quiet)

    def warn(self, message: str) -> None:
        """Tell the user, now and in the record."""
        self.warnings.append(without_credentials(message))
        LOG.warning(self.warnings[-1])

    def metrics_url(self, target: Target) -> str:
        """Where a target shows its metrics."""
        return urljoin(f"{target.url}/", self.options.metrics_path)

    def _load_time(self, remaining: float | None) -> tuple[float, bool]:
        """Seconds of load, quiet edges not counted, and whether the run is finished after them."""
        asked = self.options
        if asked.window is not None:
            return asked.warm_up + asked.window, True
        if remaining is None:
            return asked.shape.seconds, asked.rate is not None
        return max(remaining - asked.quiet, _SHORTEST), False

    def _play(self, timeout: float, seconds: float | None) -> None:
        gevent.sleep(self.options.warm_up)
        try:
            self._open_window(timeout)
        except Exception:
            self._finished()  # else users would be held, and nobody would ever end the run
            self.crews.release()
            raise
        if seconds is not None:
            gevent.sleep(max(seconds - self.options.warm_up, 0.0))
            self._finished()

    def _open_window(self, timeout: float) -> None:
        self._quieten(timeout, "before the window")
        self._scrape_edge("before the window")
        gevent.sleep(self.options.quiet)
        with self._between_scrapes():
            self.crews.open_window()
            self._window_start = time()
            self.crews.release()
        LOG.info("The window opens")

    def _quieten(self, timeout: float, where: str) -> None:
        if not self.crews.hold(timeout):
            self.warn(
                f"requests were under way for more than {timeout:g} s {where}: counts there may be inexact"
            )

    def _between_scrapes(self) -> ExitStack:
        """Of any side: a moment taken in this context is on the same side of every scrape everywhere."""
        with ExitStack() as stack:
            for scraper in self._scrapers:
                stack.enter_context(scraper.between_scrapes())
            return stack.pop_all()

    def _scrape_edge(self, where: str) -> None:
        for target, scraper in zip(self.targets, self._scrapers, strict=False):
            if reason := _not_scraped(scraper):
                self.warn(f"{self.metrics_url(target)} could not be scraped {where}: {reason}")


def _not_scraped(scraper: Scraper) -> str | None:
    """Take a scrape surely; gives why it could not be."""
    try:
        scraper.scrape_surely()
    except ScrapeError as error:
        return str(error)
    return None
