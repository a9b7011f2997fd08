"""The trials as a table for docs/benchmarks.md."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.zoo.pairs import Pair
    from benchmarks.zoo.records import Trial

HEAD = (
    "| release | directly measured | the gate | named beside it | seconds | load average | right |",
    "|---|---|---|---|---|---|---|",
)


def table(pairs: Sequence[Pair], trials: Sequence[Trial]) -> str:
    """A row for each trial, by pair, after a sentence that counts."""
    rows = [(pair, trial) for pair in pairs for trial in trials if trial.pair == pair.name]
    right = sum(trial.is_right(pair.operation) for pair, trial in rows)
    wrong_red = sum(bool(_others(pair, trial)) for pair, trial in rows)
    days = " and ".join(sorted({trial.started[:10] for _, trial in rows}))
    summary = (
        f"{right} of {len(rows)} gates right, {wrong_red} named an operation whose library was the same, "
        f"kept on {days}."
    )
    return "\n".join([summary, "", *HEAD, *(_row(pair, trial) for pair, trial in rows)])


def _row(pair: Pair, trial: Trial) -> str:
    interval = f"{_percent(trial.direct)} ({_percent(trial.direct_low)} to {_percent(trial.direct_high)})"
    cells = (
        pair.name,
        f"{interval}: {trial.truth}",
        trial.verdicts.get(pair.operation, "nothing"),
        ", ".join(_others(pair, trial)) or "none",
        f"{trial.seconds:.0f}",
        f"{trial.load_average:.1f}",
        "yes" if trial.is_right(pair.operation) else "**no**",
    )
    return f"| {' | '.join(cells)} |"


def _others(pair: Pair, trial: Trial) -> list[str]:
    return [
        name for name, verdict in trial.verdicts.items() if verdict == "regressed" and name != pair.operation
    ]


def _percent(log_ratio: float) -> str:
    return f"{100 * math.expm1(log_ratio):+.1f} %"
