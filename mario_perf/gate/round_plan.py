"""How a duet spends its time: which rounds fit, how long their windows are, and what is to be expected.

Pure: all that is known of a clock comes in as seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from mario_perf.errors import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RECENT_ROUNDS: Final = 3
"""Rounds that tell how long one takes now. One slow start among them changes little."""

_WINDOW_SHARE: Final = 0.7
"""Seconds of a window for each second that its round spends on starts and ends."""

_MIN_EXECUTIONS: Final = 3
"""Of each operation in a round: a round of fewer tells little of how slow its processes are."""

_MIN_ROUNDS: Final = 6
"""Rounds that must still fit in the whole time, however much windows grow."""

_MAX_OVERHEAD: Final = 0.5
"""Of a longer window: starts and ends that take more of a round are worth a word."""

_MAX_ADVISED_SECONDS: Final = 3600.0
"""Seconds of the longest gate that is advised."""

_ROUND_UP_TO: Final = 10.0
"""Seconds to which an advised duration is rounded up."""


@dataclass(frozen=True, slots=True)
class RoundCost:
    """A round that was played: all its seconds, those of its window, and executions by operation in it.

    Of two sides the fewer executions count.
    """

    seconds: float
    window: float
    executions: Mapping[str, int]

    @property
    def overhead(self) -> float:
        """Seconds of starts, warm-up and ends."""
        return self.seconds - self.window


def typical_seconds(rounds: Sequence[RoundCost], planned: float) -> float:
    """Seconds that a round takes now; as planned before there is one."""
    return median(each.seconds for each in rounds[-_RECENT_ROUNDS:]) if rounds else planned


def rounds_left(rounds: Sequence[RoundCost], planned: float, remaining: float) -> int:
    """How many more rounds fit in the remaining seconds; the first is always played."""
    return max(int(max(remaining, 0.0) / typical_seconds(rounds, planned)), 0 if rounds else 1)


def next_window(requested: float, rounds: Sequence[RoundCost], remaining: float) -> float:
    """Seconds of the next round's window: longer than asked for where starts or requests take long."""
    if not rounds:
        return requested
    overhead = median(each.overhead for each in rounds[-_RECENT_ROUNDS:])
    wanted = max(requested, _WINDOW_SHARE * overhead, _window_for_executions(rounds[-1]))
    more = max(_MIN_ROUNDS - len(rounds), 1)
    return max(requested, min(wanted, remaining / more - overhead))


def with_start(window: float, start: float, remaining: float) -> float:
    """Seconds of a round's window after a start that took so long: half of what remains at most."""
    return max(window, min(_WINDOW_SHARE * start, remaining / 2))


def _window_for_executions(last: RoundCost) -> float:
    """Seconds in which each operation is executed often enough, at the pace of the last round."""
    fewest = min(last.executions.values(), default=_MIN_EXECUTIONS)
    return last.window * (_MIN_EXECUTIONS / max(fewest, 1))


@dataclass(frozen=True, slots=True)
class Shortage:
    """Too few executions of one operation. A whole gate would need ``seconds``."""

    operation: str
    expected: int
    needed: int
    seconds: float

    def describe(self) -> str:
        pace = (
            f"{self.operation} will have {self.expected} of the {self.needed} executions that a verdict needs"
        )
        if self.seconds > _MAX_ADVISED_SECONDS:
            return f"{pace}: even an hour is too short; set a lower min_samples for it, or ignore = true"
        return f"{pace}: give --max-duration {self.seconds:.0f}"


def shortage(
    rounds: Sequence[RoundCost], needed: Mapping[str, int], elapsed: float, remaining: float
) -> Shortage | None:
    """The operation that will be furthest from the executions it needs; None where all will have enough.

    Args:
        rounds: Those that were played, at least one.
        needed: Executions on each side by operation; others need none.
        elapsed: Seconds from the gate's start to now.
        remaining: Seconds for more rounds.
    """
    rounds_to_come = rounds_left(rounds, math.inf, remaining)
    forecasts = [
        (_expected(rounds, name, rounds_to_come) / count, name, count)
        for name, count in needed.items()
        if count and any(name in each.executions for each in rounds)
    ]
    if not forecasts or min(forecasts)[0] >= 1:
        return None
    _, name, count = min(forecasts)
    done = sum(each.executions.get(name, 0) for each in rounds)
    per_second = max(done, 1) / sum(each.seconds for each in rounds)
    total = elapsed + (count - done) / per_second
    return Shortage(
        name, _expected(rounds, name, rounds_to_come), count, math.ceil(total / _ROUND_UP_TO) * _ROUND_UP_TO
    )


def describe_timeout(rounds: Sequence[RoundCost], total: float) -> str:
    """Where the time went; and how to lose less of it, where starts and ends take much."""
    starts = median(each.overhead for each in rounds)
    in_windows = sum(each.window for each in rounds)
    window = max(median(each.window for each in rounds), starts)
    played = counted(len(rounds), "round")
    longer = f"; starts and ends take {starts:.0f} s of each round: give --round-duration {window:.0f}"
    return (
        f"the time was too short for a verdict: {played} in {total:.0f} s, {in_windows:.0f} s of "
        f"them measured{longer if starts > _MAX_OVERHEAD * window else ''}"
    )


def _expected(rounds: Sequence[RoundCost], name: str, rounds_to_come: int) -> int:
    done = sum(each.executions.get(name, 0) for each in rounds)
    return int(done * (1 + rounds_to_come / len(rounds)))
