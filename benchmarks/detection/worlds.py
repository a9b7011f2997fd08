"""What is simulated: machines and services on the one hand, what was done to a candidate on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.queueing import LoadedWorld
from benchmarks.detection.simulation import Change, World

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUNDS = 29

CALM = {"samples": 27, "tail": 0.08, "stragglers": 0.035, "process": 0.005, "apart": 0.05, "burst": 0.0005}
"""Rounds lie as far apart as in the kept gates of an unchanged build, or a little farther."""


def _calm(**other: float) -> World:
    return World(**{**CALM, **other})  # type: ignore[arg-type]


ROUNDS_OF_BOTH = 27
"""Alone, in the time that finding a rate leaves of three minutes."""

ROUNDS_ALONE = ROUNDS_OF_BOTH * 3 // 4
"""What the part alone plays of them where it suspects nothing: a quarter is left for the part under load."""


def rounds_under_load(alone: int) -> int:
    """How many fit behind so many rounds alone: three take as long as five of those."""
    return (ROUNDS_OF_BOTH - alone) * 3 // 5


LOADED: Mapping[str, LoadedWorld] = {
    "two parts, calm": LoadedWorld(machine=0.15, apart=0.07, process=0.015),
    "two parts, busy": LoadedWorld(
        tail=0.5,
        process=0.02,
        machine=0.3,
        apart=0.15,
        stalls=1.0,
        stall=0.03,
        preempted=0.04,
    ),
}
"""The part under load, where a gate plays that, too."""

REAL = "real rounds"

WORLDS: Mapping[str, World | None] = {
    REAL: None,
    "as measured, calm": _calm(),
    "as measured, other work": _calm(samples=24, tail=0.1, process=0.012, burst=0.0008),
    "twice as noisy": World(samples=21, tail=0.15, stragglers=0.05, process=0.007, burst=0.005),
    "busy, failing now and then": World(
        samples=18,
        tail=0.15,
        stragglers=0.06,
        process=0.008,
        apart=0.05,
        burst=0.015,
        failing=0.002,
        outage=0.05,
    ),
    "very noisy": World(samples=15, apart=0.08, burst=0.1, process=0.03, machine=0.4),
    "1,500 requests a round": _calm(samples=180, process=0.01, apart=0.03),
    "3 % fail, by process (cv 2)": _calm(failing=0.03, failing_spread=2.0),
    "0 or 10 % fail, by process": _calm(failing=0.05, failing_spread=1.0),
    "processes of two modes": _calm(modes=0.2),
    "one operation of two modes": _calm(modes=0.2, moded=1),
    "each operation of two modes": _calm(modes=0.2, moded=12),
    "one pair of processes": _calm(process=0.015, one_pair=True),
    "now and then a second": _calm(rare=0.004),
    "two parts, calm": _calm(),
    "two parts, busy": World(samples=15, burst=0.05, process=0.02, machine=0.4),
}
"""None for rounds of real gates, put together anew."""

UNCHANGED = "unchanged"

CHANGES: Mapping[str, Change] = {
    UNCHANGED: Change(),
    "+5 %": Change(slower=1.05),
    "+10 %": Change(slower=1.1),
    "+20 %": Change(slower=1.2),
    "+50 %": Change(slower=1.5),
    "2 % fail": Change(failing=0.02),
    "0.4 % take 1 s longer": Change(rare=0.004),
    "8 of 12 are 3 % faster": Change(faster=1 / 1.03, faster_operations=8),
    "lock of 10 ms": Change(section=0.01, places=1),
    "lock of 15 ms": Change(section=0.015, places=1),
    "pool of 2, 30 ms": Change(section=0.03, places=2),
    "spin of 1 ms under load": Change(spin=0.001),
    "6 of 12 are 4 % faster": Change(faster=1 / 1.04, faster_operations=6),
}

_FOUND = ("+5 %", "+10 %", "+20 %", "2 % fail")
_FASTER = ("8 of 12 are 3 % faster", "6 of 12 are 4 % faster")

TRIED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(WORLDS, (UNCHANGED,)),
    REAL: (UNCHANGED, *_FASTER, *_FOUND, "+50 %", "0.4 % take 1 s longer"),
    "as measured, calm": (UNCHANGED, *_FOUND),
    "as measured, other work": (UNCHANGED, *_FOUND),
    "very noisy": (UNCHANGED, "+20 %"),
    "1,500 requests a round": (UNCHANGED, *_FASTER, "+5 %"),
    "processes of two modes": (UNCHANGED, "+50 %"),
    "one pair of processes": (UNCHANGED, "+20 %"),
    **dict.fromkeys(
        LOADED,
        (
            UNCHANGED,
            "+10 %",
            "lock of 10 ms",
            "lock of 15 ms",
            "pool of 2, 30 ms",
        ),
    ),
}
"""What is done to the candidate in each world."""
