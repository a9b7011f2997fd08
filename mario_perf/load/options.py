"""The command line: what the load takes besides Locust's own flags."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from mario_perf.load import trusted_certificates
from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.arrival_schedule import GAPS
from mario_perf.load.arrivals.shapes import Shape, Stage

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FEWEST_USERS: Final = 10
_AT_FIRST, _AT_MOST = 1.0, 5.0
"""Seconds of arrivals for which there are users when no journey has ended yet: from the start, and ever."""

_QUICKLY: Final = 5_000
"""Users a second that Locust can start. They wait for journeys: many at once are no crowd at the service."""

_HIGHEST_RATE: Final = 100_000.0
"""Journeys a second that no machine makes."""


@dataclass(frozen=True, slots=True)
class Options:
    """The load's own options, times in seconds. Without a ``rate`` the model is closed."""

    duet: str | None
    seed: int
    scenario: str
    rate: float | None  # journeys a second
    max_users: int  # in an open model; those of a closed one are Locust's
    arrivals: Literal["constant", "poisson"]
    shape: Shape
    warm_up: float
    window: float | None
    quiet: float
    request_timeout: float | None
    think: tuple[float, float]
    runs_dir: Path
    run_id: str | None
    metrics_path: str
    scrape_interval: float
    insecure: bool
    ca: str | None  # in PEM
    revision: str | None
    baseline_revision: str | None

    @classmethod
    def of(cls, parsed: argparse.Namespace) -> Options:
        """From what Locust has parsed and :func:`settle` has settled, here or in this worker's master."""
        return cls(
            duet=parsed.duet or None,
            seed=parsed.seed,
            scenario=parsed.scenario,
            rate=float(parsed.rate) if parsed.rate else None,
            max_users=parsed.most_users,
            arrivals=parsed.arrivals,
            shape=Shape(parsed.shape, tuple(Stage(*stage) for stage in parsed.stages)),
            warm_up=parsed.warm_up,
            window=parsed.window,
            quiet=parsed.quiet,
            request_timeout=parsed.request_timeout,
            think=think_range(parsed.think),
            runs_dir=Path(parsed.runs_dir).resolve(),
            run_id=parsed.run_id or None,
            metrics_path=parsed.metrics_path,
            scrape_interval=parsed.scrape_interval,
            insecure=parsed.insecure,
            ca=parsed.authorities,
            revision=parsed.revision or None,
            baseline_revision=parsed.baseline_revision or None,
        )

    def tls(self) -> ssl.SSLContext:
        """For all connections to the service."""
        return trusted_certificates.context(self.ca, insecure=self.insecure)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the load's options to Locust's parser."""
    load = parser.add_argument_group("Load")
    load.add_argument(
        "--scenario",
        metavar="NAME",
        help="What is done; only runs of the same are compared. At Mario's: mario (all operations about "
        "equally often), read-heavy, write-heavy, rush-hour, or reference (a fixed number of requests, then "
        "the end). Default: the locustfile's name.",
    )
    load.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="Start of all random streams: the same seed gives every user the same requests. Default: 1.",
    )
    load.add_argument(
        "--think",
        type=_checked(think_range),
        default="0.05:0.2",
        metavar="LOW:HIGH",
        help="Pause between a user's requests, drawn uniformly, in seconds. Default: 0.05:0.2, with which 20 "
        "users send about 150 requests a second.",
    )
    load.add_argument(
        "--request-timeout",
        type=_checked(_positive),
        metavar="SECONDS",
        help="The most that a user waits for an answer. Default: what the locustfile says, or 60.",
    )
    model = parser.add_argument_group(
        "Workload model",
        "Closed without --rate: each of --users begins a journey when the one before has ended, so that a "
        "slow service gets less load. Open with it: journeys arrive whatever the service does.",
    )
    model.add_argument(
        "--rate",
        type=_checked(_rate),
        metavar="JOURNEYS",
        help="Journeys a second that arrive, at level 1 of the shape. --users are there from the start "
        "(default: a second of arrivals, at least 10); more are started when all are busy.",
    )
    model.add_argument(
        "--max-users",
        type=_checked(_whole),
        metavar="N",
        help="With --rate: the most users that are started. A journey that arrives when they are all there "
        "and busy is dropped, and counted. Default: five seconds of arrivals, at least 10.",
    )
    model.add_argument(
        "--arrivals",
        choices=tuple(GAPS),
        default="poisson",
        help="At random moments (poisson, the default) or with even gaps (constant).",
    )
    model.add_argument(
        "--shape",
        default="steady",
        metavar="NAME",
        help="How the load goes up and down: smoke, steady, ramp, spike, soak, stress or breakpoint. "
        "--run-time stretches it. Default: steady.",
    )
    model.add_argument(
        "--shapes",
        metavar="FILE",
        help="Shapes of your own, in TOML: name = [{ seconds = 60, start = 0.1, end = 1 }, ...]; levels are "
        "multiples of --rate or --users.",
    )
    trusted = parser.add_argument_group("TLS options").add_mutually_exclusive_group()
    trusted.add_argument(
        "--insecure",
        action="store_true",
        help="Believe any certificate of the service, a self-signed one, too.",
    )
    trusted.add_argument(
        "--ca",
        metavar="FILE",
        help="Believe only certificates that one in this file (PEM) has signed. Workers need no copy of it.",
    )
    duet = parser.add_argument_group(
        "Duet options", "Two builds under the same load at the same time; --host is the candidate."
    )
    duet.add_argument(
        "--duet",
        metavar="URL",
        help="Base URL of the baseline. Every step goes to both, one right after the other, in random order.",
    )
    duet.add_argument("--baseline-revision", metavar="REV", help="What the baseline was built from.")
    record = parser.add_argument_group("Run record options")
    record.add_argument(
        "--warm-up",
        type=_checked(_not_negative),
        default=5.0,
        metavar="SECONDS",
        help="Load before the window that is judged, once all users are there. It is part of --run-time. "
        "Default: 5.",
    )
    record.add_argument(
        "--window",
        type=_checked(_positive),
        metavar="SECONDS",
        help="Length of the window that is judged. It counts from when the window opens, however long that "
        "takes, and then the run ends. --run-time is the most that the run may take. Default: what "
        "--warm-up leaves of --run-time.",
    )
    record.add_argument(
        "--quiet",
        type=_checked(_not_negative),
        default=1.2,
        metavar="SECONDS",
        help="Pause without requests at both ends of the window, so that client and service agree exactly. "
        "Make it longer than the scrape interval of the Prometheus that watches. Default: 1.2.",
    )
    record.add_argument(
        "--metrics-path",
        default="/metrics",
        metavar="PATH",
        help="Where the service shows its metrics. Without any there, the run goes on and keeps no scrapes. "
        "Default: /metrics.",
    )
    record.add_argument(
        "--scrape-interval",
        type=_checked(_positive),
        default=1.0,
        metavar="SECONDS",
        help="How often the metrics are scraped and kept with the run. Default: 1.",
    )
    record.add_argument(
        "--revision", metavar="REV", help="What the service (in a duet: the candidate) was built from."
    )
    record.add_argument(
        "--runs-dir", default="runs", metavar="DIR", help="Where runs are kept, a folder each. Default: runs."
    )
    record.add_argument(
        "--run-id",
        type=_checked(_run_id),
        metavar="ID",
        help="Name of the run and its folder. Default: the time in UTC and some letters.",
    )


def settle(parsed: argparse.Namespace) -> None:
    """Settle what Locust's own options leave open, and read the files that ours name.

    A scenario without a name is called like its locustfile, and of several like the first. In an open model
    there are users for a second of arrivals, and there may be for five. What a file says goes to the workers
    with the options: there are machines that do not have it.

    Raises:
        ValueError: The options are wrong.
    """
    parsed.scenario = parsed.scenario or Path(parsed.locustfile.split(",")[0]).stem
    shape = _shape(parsed.shape, parsed.shapes)
    parsed.stages = [[stage.seconds, stage.start, stage.end] for stage in shape.stages]
    parsed.authorities = trusted_certificates.authorities(Path(parsed.ca)) if parsed.ca else None
    parsed.most_users = 0
    if parsed.rate:
        _settle_users(parsed)
        parsed.spawn_rate = parsed.spawn_rate or min(parsed.num_users, _QUICKLY)
        _expect_time(parsed)
    elif parsed.max_users:
        raise ValueError("--max-users is for an open model; give --rate, too, or leave it out")


def _settle_users(parsed: argparse.Namespace) -> None:
    """How many there are at the start, and how many there may be."""
    given, rate = parsed.num_users, float(parsed.rate)
    parsed.most_users = parsed.max_users or max(_users_for(_AT_MOST * rate), given or 0)
    parsed.num_users = given or min(_users_for(_AT_FIRST * rate), parsed.most_users)
    if parsed.most_users < parsed.num_users:
        raise ValueError(
            f"--max-users {parsed.most_users} are fewer than --users {parsed.num_users}, who are there from "
            "the start; give at least as many"
        )


def _users_for(journeys: float) -> int:
    return max(ceil(journeys), _FEWEST_USERS)


def _expect_time(parsed: argparse.Namespace) -> None:
    """Journeys begin to arrive once all users are there. Locust starts the first second's at once."""
    users, spawn_rate = parsed.num_users, float(parsed.spawn_rate)
    starting = max(users - max(spawn_rate, 1.0), 0.0) / spawn_rate
    if parsed.run_time and parsed.run_time <= starting + parsed.warm_up + parsed.quiet:
        raise ValueError(
            f"--run-time {parsed.run_time:g} s is over before anything is measured: {users:,} users are "
            f"there after {starting:g} s, then come --warm-up {parsed.warm_up:g} s and --quiet "
            f"{parsed.quiet:g} s; give more time, a shorter --warm-up, or a higher --spawn-rate"
        )


def think_range(text: str) -> tuple[float, float]:
    """``0.05:0.2`` as a range of seconds; one number is both ends.

    Raises:
        ValueError: It is no range of seconds.
    """
    low, _, high = text.partition(":")
    try:
        ends = float(low), float(high or low)
    except ValueError:
        raise ValueError(f"{text!r} is no range of seconds; write it like 0.05:0.2") from None
    if not 0 <= ends[0] <= ends[1] < float("inf"):
        raise ValueError(f"{text!r} is no range of seconds; write the shorter first, like 0.05:0.2")
    return ends


def _shape(name: str, path: str | None) -> Shape:
    known = {**shapes.load(shapes.BUILT_IN), **(shapes.load(Path(path)) if path else {})}
    if name not in known:
        raise ValueError(f"--shape {name}: no such shape; choose one of {', '.join(known)}")
    return known[name]


def _not_negative(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise ValueError(f"{text} is negative; give 0 or more")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise ValueError(f"{text} is not positive; give more than 0")
    return value


def _whole(text: str) -> int:
    value = _positive(text)
    if value != int(value):
        raise ValueError(f"{text} is no whole number")
    return int(value)


def _rate(text: str) -> float:
    value = _positive(text)
    if value > _HIGHEST_RATE:
        raise ValueError(
            f"{text} a second are more than any machine makes; give at most {_HIGHEST_RATE:,.0f}"
        )
    return value


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number") from None
    if not abs(value) < float("inf"):
        raise ValueError(f"{text} is no number")
    return value


def _run_id(text: str) -> str:
    if not _RUN_ID.fullmatch(text) or text == "latest":
        raise ValueError(f"{text!r} cannot name a folder; use letters, digits, dots, dashes and underscores")
    return text


def _checked(convert: Callable[[str], object]) -> Callable[[str], object]:
    """As an argparse type, with the message of the error; ranges stay text, as Locust's web form needs it."""

    def convert_or_explain(text: str) -> object:
        try:
            value = convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return text if isinstance(value, tuple) else value

    return convert_or_explain
