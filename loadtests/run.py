"""One run from its first scrape to its record: warm-up, quiet edge, window, quiet edge.

At a quiet edge no request is under way, so that what the client counted and what the service counted are the
same number, and a scrape taken there belongs to exactly that moment.
"""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from time import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import gevent

from analysis.run_record import Rates, RunRecord, Span, TargetRecord
from loadtests import fingerprint
from loadtests.pulse import Pulse
from loadtests.redaction import without_credentials
from loadtests.scraper import Scraper
from loadtests.session import Disagreements, Session, Target
from loadtests.turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from loadtests.options import Options
    from loadtests.rapidhttp import RapidHttpSession

LOG: Final = logging.getLogger("loadtests")
LONGEST_REQUEST: Final = 30.0
"""Seconds that an edge waits for requests under way, unless Locust's --stop-timeout says otherwise."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who makes the load, in Locust's terms."""

    users: int
    spawn_rate: float
    shape: str


@dataclass(frozen=True, slots=True)
class Seat:
    """What one user of a run needs."""

    index: int
    session: Session
    random: Random
    pauses: Random
    think: tuple[float, float]


class Run:
    """A run in progress."""

    def __init__(self, options: Options, host: str, folder: Path, worker: int = 0) -> None:
        """Nothing is sent yet. ``worker`` tells the random streams of several processes apart."""
        self.folder = folder
        self.targets = targets(options, host)
        self._options = options
        self._worker = worker
        self._seats = 0
        self._turnstile = Turnstile()
        self._disagreements = Disagreements()
        self._scrapers: list[Scraper] = []
        self._pulse = Pulse()
        self._warnings: list[str] = []
        self._environment = fingerprint.take()
        self._opening: gevent.Greenlet | None = None
        self._started = self._ended = time()
        self._window_start: float | None = None

    def begin(self) -> None:
        """Take the first scrape, before the first request; without one, the run keeps no scrapes."""
        scrapers = [
            Scraper(self._metrics_url(target), self.folder / f"scrapes-{target.side}.jsonl.gz")
            for target in self.targets
        ]
        missing = [
            self._metrics_url(target)
            for target, scraper in zip(self.targets, scrapers, strict=True)
            if not scraper.scrape_surely()
        ]
        for scraper in scrapers:
            if missing:
                scraper.discard()
            else:
                scraper.start(self._options.scrape_interval)
                self._scrapers.append(scraper)
        if missing:
            self.warn(f"no metrics at {' and '.join(missing)}; no scrapes are kept (see --metrics-path)")
        self._started = time()

    def seat(self, client: RapidHttpSession, excluded: AbstractSet[str]) -> Seat:
        """What the next user needs; its random streams follow from the seed and its index alone."""
        index, self._seats = self._seats, self._seats + 1
        session = Session(
            client,
            self.targets,
            self._turnstile,
            self._disagreements,
            self._stream(index, "order of the sides"),
            excluded,
        )
        return Seat(
            index,
            session,
            self._stream(index, "journeys"),
            self._stream(index, "pauses"),
            self._options.think,
        )

    def all_users_there(self, timeout: float) -> None:
        """Warm up from now on, then open the window; edges wait ``timeout`` seconds for quiet."""
        if self._opening is None:
            self._opening = gevent.spawn(self._open_window, timeout)
        else:
            self.warn("the number of users was changed during the run")

    def end(self, timeout: float) -> None:
        """Let users finish what they have under way, take the last scrape, and send users home."""
        if self._opening is not None:
            with self._between_scrapes():  # a scrape that is being written stays whole
                self._opening.kill()
        self._quieten(timeout, "at the end")
        with self._between_scrapes():
            self._ended = time()
        self._generator = self._pulse.read()
        self._scrape_edge("at the end")
        gevent.sleep(self._options.quiet)
        for scraper in self._scrapers:
            scraper.stop()
        self._turnstile.close()

    def record(self, crowd: Crowd) -> RunRecord:
        """What goes into ``run.json``. The run must have ended."""
        start = self._ended if self._window_start is None else self._window_start
        window = Span(start=start, end=self._ended)
        options = self._options
        return RunRecord(
            run_id=self.folder.name,
            scenario=options.scenario,
            seed=options.seed,
            model="closed",
            users=crowd.users,
            spawn_rate=crowd.spawn_rate,
            shape=crowd.shape,
            command=tuple(without_credentials(word) for word in sys.argv),
            whole_run=Span(start=self._started, end=self._ended),
            window=window,
            rates=self._rates(window),
            generator=self._generator,
            environment=self._environment,
            targets=tuple(self._target_record(target) for target in self.targets),
            scrape_interval=options.scrape_interval if self._scrapers else None,
            warnings=(*self._warnings, *self._conclusions()),
        )

    def warn(self, message: str) -> None:
        """Tell the user, now and in the record."""
        self._warnings.append(without_credentials(message))
        LOG.warning(self._warnings[-1])

    def _open_window(self, timeout: float) -> None:
        gevent.sleep(self._options.warm_up)
        self._quieten(timeout, "before the window")
        self._scrape_edge("before the window")
        gevent.sleep(self._options.quiet)
        with self._between_scrapes():
            for target in self.targets:
                target.open_window()
            self._pulse.start()
            self._window_start = time()
            self._turnstile.release(self._options.think[1])

    def _quieten(self, timeout: float, where: str) -> None:
        if not self._turnstile.hold(timeout):
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
            if not scraper.scrape_surely():
                self.warn(f"{self._metrics_url(target)} could not be scraped {where}")

    def _conclusions(self) -> list[str]:
        """What only the end shows."""
        found = []
        if self._window_start is None:
            found.append("the run ended before its window opened; run longer, or with a shorter --warm-up")
        if self._disagreements.answers or self._disagreements.skipped:
            found.append(
                f"the sides differed: {self._disagreements.answers} steps succeeded on one side only, "
                f"{self._disagreements.skipped} could be sent to one side only"
            )
        return found

    def _rates(self, window: Span) -> Rates:
        tallies = [target.window for target in self.targets]
        if not window.duration:
            return Rates(offered=0.0, achieved=0.0)
        return Rates(
            offered=sum(tally.started for tally in tallies) / window.duration,
            achieved=sum(tally.answered for tally in tallies) / window.duration,
        )

    def _target_record(self, target: Target) -> TargetRecord:
        whole = target.warm_up.merged(target.window)
        is_baseline = target.side == "baseline"
        return TargetRecord(
            side=target.side,
            url=without_credentials(target.url),
            metrics_url=without_credentials(self._metrics_url(target)),
            revision=self._options.baseline_revision if is_baseline else self._options.revision,
            whole_run=whole.counts(),
            in_window=target.window.counts(),
            latencies=target.window.latencies(),
        )

    def _metrics_url(self, target: Target) -> str:
        return urljoin(f"{target.url}/", self._options.metrics_path)

    def _stream(self, index: int, purpose: str) -> Random:
        return Random(f"{self._options.seed}/{self._worker}/{index}/{purpose}")  # noqa: S311


def targets(options: Options, host: str) -> tuple[Target, ...]:
    """One target, or the two sides of a duet."""
    if options.duet is None:
        return (Target("candidate", host),)
    return (Target("baseline", options.duet, "baseline: "), Target("candidate", host, "candidate: "))
