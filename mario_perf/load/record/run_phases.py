"""One run from its first scrape to its record: warm-up, quiet edge, window, quiet edge.

At a quiet edge no request is in flight, so that client and service have the same counts, and a scrape taken
there belongs to exactly that moment.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol, cast
from urllib.parse import urljoin

import gevent

from mario_perf.load.arrivals import turns
from mario_perf.load.credentials import without_credentials
from mario_perf.load.record import fingerprint
from mario_perf.load.record.scraper import ScrapeError, Scraper
from mario_perf.load.record.time_of_day import now
from mario_perf.load.users.load_target import LoadTarget
from mario_perf.run_record import Alternation, Span, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mario_perf.load.options.run_options import Options
    from mario_perf.load.users.group_report import GroupReport
    from mario_perf.run_record import LostWorker

LOG: Final = logging.getLogger("mario_perf")
_MINIMUM_LOAD: Final = 1.0  # seconds
_READY_TIMEOUT: Final = 10.0
"""Seconds that users may take to become ready, after Locust has started them all."""
QUIESCE_TIMEOUT: Final = 30.0
"""Seconds that an edge waits for requests in flight, unless --stop-timeout gives another limit."""


class UserGroups(Protocol):
    """The users of this process, or those of all workers. See :class:`UserGroup`."""

    @property
    def lost_workers(self) -> tuple[LostWorker, ...]:
        """Workers that ended before the run did."""

    def wait_for_users(self, users: int, timeout: float) -> None:
        """Wait until this many users are ready, at most ``timeout`` seconds."""

    def start_arrivals(self, seconds: float) -> None:
        """Start a schedule of ``seconds``."""

    def quiesce(self, timeout: float) -> bool:
        """Hold back new requests; return whether none was in flight after ``timeout`` seconds at most."""

    def open_window(self) -> None:
        """Count for the measurement window from now on."""

    def release(self) -> None:
        """Let requests begin again."""

    def reports(self) -> tuple[GroupReport, ...]:
        """The report of each group."""

    def stop(self) -> None:
        """End all users."""


class TurnTaking(Protocol):
    """Users in one process, some for each of two builds that take turns. See :class:`UserGroup`."""

    def begin_turn(self, side: int) -> None:
        """Let journeys arrive at one of the targets, by its index."""

    def end_turn(self, timeout: float) -> bool:
        """Let no more arrive, and wait until those that began have ended; return whether they have."""

    def finished(self, side: int) -> int:
        """Journeys to one of the targets that have ended since counting began."""


class RunInProgress:
    """A run in progress: steers the users through its phases, and scrapes the services."""

    def __init__(
        self,
        options: Options,
        targets: tuple[LoadTarget, ...],
        groups: UserGroups,
        folder: Path,
        on_finish: Callable[[], None],
    ) -> None:
        """Send nothing yet. ``on_finish`` is called when the run has had all its load."""
        self.options = options
        self.targets = targets
        self.groups = groups
        self.folder = folder
        self.environment = fingerprint.take()
        self._on_finish = on_finish
        self.reports: tuple[GroupReport, ...] = ()
        self.warnings: list[str] = []
        self.reference = LoadTarget("reference", options.reference) if options.reference else None
        """Beside the services, if there is one whose metrics can be read."""
        self._scrapers: list[Scraper] = []
        self._reference_scrapers: list[Scraper] = []
        self._opening: gevent.Greenlet | None = None
        self._started = self._ended = now()
        self._window_start: float | None = None
        self._played: list[Turn] = []

    @property
    def whole_run(self) -> Span:
        """From before the first request to after the last."""
        return Span(start=self._started, end=self._ended)

    @property
    def window(self) -> Span | None:
        """The measurement window; None when the run ended before it opened."""
        return None if self._window_start is None else Span(start=self._window_start, end=self._ended)

    @property
    def scraped(self) -> bool:
        return bool(self._scrapers)

    def begin(self) -> None:
        """Take the first scrape before the first request. If it fails, the run keeps no scrapes."""
        if self.options.metrics_path:
            self._begin_scrapes()
        if self.reference is not None:
            self._begin_reference(self.reference)
        self._started = now()

    def _begin_reference(self, reference: LoadTarget) -> None:
        """Scrape the reference, too; without its metrics it says nothing."""
        url = self.metrics_url(reference)
        scraper = Scraper(url, self.folder / f"scrapes-{reference.side}.jsonl.gz", self.options.tls())
        if reason := _scrape_error(scraper):
            scraper.discard()
            self.reference = None
            self.warn(f"the reference is left out: no metrics at {url} ({reason})")
            return
        scraper.start(self.options.scrape_interval)
        self._reference_scrapers.append(scraper)

    def _begin_scrapes(self) -> None:
        tls = self.options.tls()
        scrapers = [
            Scraper(
                self.metrics_url(target),
                self.folder / f"scrapes-{target.side}.jsonl.gz",
                tls,
                self.options.pids.get(target.side),
            )
            for target in self.targets
        ]
        missing = [
            f"{self.metrics_url(target)} ({reason})"
            for target, scraper in zip(self.targets, scrapers, strict=True)
            if (reason := _scrape_error(scraper))
        ]
        for scraper in scrapers:
            if missing:
                scraper.discard()
            else:
                scraper.start(self.options.scrape_interval)
                self._scrapers.append(scraper)
        if missing:
            self.warn(f"no metrics at {' and '.join(missing)}; no scrapes are kept (see --metrics-path)")

    def start_phases(self, users: int, timeout: float, end: float | None) -> None:
        """Warm up once this many users are ready, then open the window.

        An edge waits ``timeout`` seconds for requests in flight. A window with a length ends the run. Else
        the load lasts until ``end`` (monotonic clock), less the window's edge. Without an end, an open model
        lasts as long as its shape.
        """
        if self._opening is None:
            self.groups.wait_for_users(users, _READY_TIMEOUT)
            seconds, ends = self._load_time(None if end is None else end - monotonic())
            self.groups.start_arrivals(seconds)
            self._opening = gevent.spawn(self._play, timeout, seconds if ends else None)

    def end(self, timeout: float) -> None:
        """Let users finish their requests, take the last scrape, and end all users."""
        with ExitStack() as leaving:  # even after an error
            leaving.callback(self.groups.stop)
            for scraper in self._all_scrapers:
                leaving.callback(scraper.stop)
            if self._opening is not None:
                with self._between_scrapes():  # a scrape in progress stays whole
                    self._opening.kill()
            self._quiesce(timeout, "at the end")
            with self._between_scrapes():
                self._ended = now()
            self.reports = self.groups.reports()
            self._scrape_edge("at the end")
            gevent.sleep(self.options.quiet)

    def warn(self, message: str) -> None:
        """Log a warning, and keep it for the record."""
        self.warnings.append(without_credentials(message))
        LOG.warning(self.warnings[-1])

    def metrics_url(self, target: LoadTarget) -> str:
        """The URL of a target's metrics; empty where none are read."""
        if target.side == "reference":
            return f"{target.url}/metrics"
        if not self.options.metrics_path:
            return ""
        return urljoin(f"{target.url}/", self.options.metrics_path.replace("{side}", target.side))

    def _load_time(self, remaining: float | None) -> tuple[float, bool]:
        """Seconds of load without the quiet edges, and whether the run ends after them."""
        options = self.options
        if options.window is not None:
            return options.warm_up + options.window, True
        if remaining is None:
            return options.shape.seconds, options.rate is not None
        return max(remaining - options.quiet, _MINIMUM_LOAD), False

    def _play(self, timeout: float, seconds: float | None) -> None:
        self._load(self.options.warm_up, timeout, self._warm_up_turns)
        try:
            self._open_window(timeout)
        except Exception:
            self._on_finish()  # else users would wait and the run would never end
            self.groups.release()
            raise
        if seconds is not None:
            self._load(max(seconds - self.options.warm_up, 0.0), timeout, self._turns)
            self._on_finish()

    @property
    def alternation(self) -> Alternation | None:
        """How builds take turns in the window, if they do."""
        length = self.options.alternate
        if length is None:
            return None
        return Alternation(seconds=length, turns=len(self._turns), played=tuple(self._played))

    @property
    def _turns(self) -> tuple[int, ...]:
        """The side of each turn in the window; empty where builds take none."""
        options = self.options
        if options.alternate is None or options.window is None:
            return ()
        stream = Random(f"{options.seed}/turns")  # noqa: S311
        return tuple(turns.order(stream, turns.number_of_turns(options.window, options.alternate)))

    @property
    def _warm_up_turns(self) -> tuple[int, ...]:
        """One for each side, where they take turns."""
        return self._turns[:2]

    def _load(self, seconds: float, timeout: float, sides: Sequence[int]) -> None:
        """Load for some seconds, in turns of equal length if there are ``sides``."""
        if not sides:
            gevent.sleep(seconds)
        groups = cast("TurnTaking", self.groups)  # turns are refused for other processes' users
        for side in sides:
            start, before = monotonic(), groups.finished(side)
            groups.begin_turn(side)
            gevent.sleep(seconds / len(sides))
            if not groups.end_turn(timeout):
                self.warn(f"some journeys took more than {timeout:g} s at the end of a turn")
            journeys, duration = groups.finished(side) - before, monotonic() - start
            self._played.append(Turn(side=self.targets[side].side, journeys=journeys, seconds=duration))

    def _open_window(self, timeout: float) -> None:
        self._quiesce(timeout, "before the window")
        self._scrape_edge("before the window")
        gevent.sleep(self.options.quiet)
        with self._between_scrapes():
            self.groups.open_window()
            self._played.clear()
            self._window_start = now()
            self.groups.release()
        LOG.info("The window opens")

    def _quiesce(self, timeout: float, where: str) -> None:
        if not self.groups.quiesce(timeout):
            self.warn(
                f"some requests took more than {timeout:g} s {where}; client and service may differ there"
            )

    def _between_scrapes(self) -> ExitStack:
        """No scrape of any side is in progress here: each scrape is wholly before or after this context."""
        with ExitStack() as stack:
            for scraper in self._all_scrapers:
                stack.enter_context(scraper.between_scrapes())
            return stack.pop_all()

    @property
    def _all_scrapers(self) -> tuple[Scraper, ...]:
        return (*self._scrapers, *self._reference_scrapers)

    def _scrape_edge(self, where: str) -> None:
        for scraper in self._all_scrapers:
            if reason := _scrape_error(scraper):
                self.warn(f"{scraper.url} could not be scraped {where}: {reason}")


def _scrape_error(scraper: Scraper) -> str | None:
    """Take a scrape, with retries; return why it failed, or None."""
    try:
        scraper.scrape_with_retries()
    except ScrapeError as error:
        return str(error)
    return None
