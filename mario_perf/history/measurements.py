"""What the history holds: levels of revisions and links between them, in batches of one source each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One metric of one operation, as a run of a revision showed it in an environment.

    Durations are in seconds, shares from 0 to 1.
    """

    revision: str
    operation: str
    metric: str
    environment: str
    value: float


@dataclass(frozen=True, slots=True)
class Link:
    """How much slower ``later`` is than ``earlier``, from a duet: a log ratio and its standard error."""

    earlier: str
    later: str
    operation: str
    metric: str
    log_ratio: float
    error: float


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one gate, run or imported row says. ``source`` names it; the same source is kept once."""

    source: str
    time: float  # unix seconds
    scenario: str
    levels: tuple[Level, ...] = ()
    links: tuple[Link, ...] = ()
