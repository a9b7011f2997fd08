"""Memory and descriptors of a process over time, and how fast they grow."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

CONFIDENCE: Final = 0.95
BLOCKS: Final = 20
"""Neighbouring readings depend on each other; means of this many parts of the run hardly do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """At one moment, seconds: resident bytes and open files."""

    time: float
    memory: float
    descriptors: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth in an hour, with its interval."""

    value: float
    low: float
    high: float


def read(pid: int, time: float) -> Reading:
    """Of a process that runs.

    Raises:
        OSError: It is gone.
    """
    process = Path("/proc") / str(pid)
    pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    return Reading(time, float(pages * resource.getpagesize()), float(len(list((process / "fd").iterdir()))))


def slope(times: ArrayLike, values: ArrayLike) -> Slope:
    """Least squares through the means of ``BLOCKS`` parts, with Student's interval.

    Source: batch means, Law, Simulation Modeling and Analysis, 5th edition, 9.5.3. At least as many readings
    as parts.
    """
    parts = [
        (part[:, 0].mean(), part[:, 1].mean())
        for part in np.array_split(np.column_stack([times, values]), BLOCKS)
    ]
    moments, means = np.array(parts).T
    line = stats.linregress(moments / 3600, means)
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, BLOCKS - 2)) * float(line.stderr)
    return Slope(float(line.slope), float(line.slope) - half, float(line.slope) + half)
