"""What a ledger says of a runner: its false alarms, its noise, and how long a gate has to be."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.errors import counted
from mario_perf.figures import count, percent, period, times
from mario_perf.statistics.binomial import exact_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.ledger.entry import LedgerEntry

CONFIDENCE: Final = 0.95
CHANGE: Final = 0.05
"""Relative: what a gate should show."""

LONGEST: Final = 3600.0
"""Seconds of measuring from which on a length says only that it is too long."""

NEWEST: Final = 5
"""Gates that are held against those before; there must be as many of those, at least."""

FEWEST: Final = 20
"""Gates from which on the share that was red says something in a report."""

MIN_RISE: Final = 1.3
MIN_SEPARATION: Final = 0.9
"""Noisier: by this factor, and a new gate was noisier than an old one in this share of pairs."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Of an operation. ``deviation`` is that of a gate's change, in logarithms; None: unknown."""

    deviation: float | None
    seconds: float | None  # of measuring that shows CHANGE; None: unknown, or never


@dataclass(frozen=True, slots=True)
class Summary:
    """Of gates of one kind on one kind of machine."""

    gates: int
    red: int
    most: float  # upper bound of the share that was red
    noise: dict[str, Noise]  # by operation
    seconds: float | None  # a gate that shows CHANGE of most operations; None: unknown
    stored: bool  # against kept runs
    rise: float | None  # by how much the newest gates are noisier; None: they are not


def by_runner(entries: Sequence[LedgerEntry]) -> dict[tuple[str, str], list[LedgerEntry]]:
    """Apart by environment and method: each has a noise of its own."""
    found: dict[tuple[str, str], list[LedgerEntry]] = {}
    for each in entries:
        found.setdefault((each.environment, each.method), []).append(each)
    return found


def summarise(entries: Sequence[LedgerEntry]) -> Summary:
    """Of one environment and one method (at least one entry), in the order of time."""
    red = sum(each.outcome == "regressed" for each in entries)
    gates = np.array([len(entries)])
    _, high = exact_interval(np.array([red]), gates, CONFIDENCE)
    names = sorted({name for each in entries for name in each.detectable})
    lengths = [length for each in entries if (length := _length(each)) is not None]
    return Summary(
        gates=len(entries),
        red=red,
        most=float(high[0]),
        noise={name: _noise([each for each in entries if name in each.detectable], name) for name in names},
        seconds=median(lengths) if lengths else None,
        stored=entries[0].method == "stored",
        rise=_rise([_error(each) for each in entries if each.detectable]),
    )


def sentence(summary: Summary) -> str:
    """One line: ``0 of 412 gates of unchanged builds were red, at most 0.9 %``."""
    gates = f"{counted(summary.gates, 'gate')} of an unchanged build{' against kept runs' * summary.stored}"
    text = f"{count(summary.red)} of {gates} wrongly red here, at most {percent(summary.most)}"
    if summary.seconds is not None and summary.seconds > LONGEST:
        text += f"; an hour of measuring would not show {percent(CHANGE)}"
    elif summary.seconds is not None:
        text += f"; {period(summary.seconds)} of measuring show {percent(CHANGE)}"
    if summary.rise is not None:
        text += f"; this runner became noisier: {times(summary.rise)} as much as before"
    return text


def _noise(entries: Sequence[LedgerEntry], name: str) -> Noise:
    deviations = [each.deviation[name] for each in entries if name in each.deviation]
    lengths = [known for each in entries if (known := _shows(each, each.detectable[name])) is not None]
    return Noise(
        median(deviations) if deviations else None,
        median(lengths) if lengths else None,
    )


def _error(entry: LedgerEntry) -> float:
    """What a second's measuring leaves unseen of the usual operation: errors shrink with the square root."""
    return _unseen(entry, median(entry.detectable.values()))


def _unseen(entry: LedgerEntry, detectable: float) -> float:
    return (detectable - entry.threshold) * float(np.sqrt(entry.seconds))


def _length(entry: LedgerEntry) -> float | None:
    """Seconds of measuring that show ``CHANGE`` of the usual operation, as far as this gate tells."""
    return _shows(entry, median(entry.detectable.values())) if entry.detectable else None


def _shows(entry: LedgerEntry, detectable: float) -> float | None:
    """Longer runs do not bring runs of different days closer: of kept ones no length is known."""
    if entry.threshold >= CHANGE or entry.method == "stored":
        return None
    ratio = _unseen(entry, detectable) / (CHANGE - entry.threshold)
    return ratio * ratio  # infinite where a power would not be possible


def _rise(errors: Sequence[float]) -> float | None:
    before, after = errors[:-NEWEST], errors[-NEWEST:]
    if len(before) < NEWEST:
        return None
    above = np.greater.outer(np.array(after), np.array(before)).mean()
    rise = median(after) / max(median(before), 1e-12)
    return rise if above >= MIN_SEPARATION and rise >= MIN_RISE else None
