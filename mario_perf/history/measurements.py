"""What the history holds: levels of revisions and links between them, in batches of one source each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LAST_TIME: Final = 7_258_118_400.0
"""The year 2200, unix seconds: no measurement is from later, and some readers know no later date."""

_GATE: Final = "gate:"
_PLAYED_ON: Final = " after "


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


def gate_source(run_id: str, rounds: int | None = None) -> str:
    """The name of a gate's batch; one that was played on has another, by all its ``rounds``."""
    return f"{_GATE}{run_id}" + ("" if rounds is None else f"{_PLAYED_ON}{rounds} rounds")


def superseded(sources: Iterable[str]) -> frozenset[str]:
    """Those of gates that were played on: a later source, in the order of time, has their rounds, too."""
    names = list(sources)
    newest = {_gate(each): each for each in names}
    return frozenset(each for each in names if newest[_gate(each)] != each)


def _gate(source: str) -> str:
    return source.partition(_PLAYED_ON)[0] if source.startswith(_GATE) else source
