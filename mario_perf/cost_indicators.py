"""What executions cost beyond their time: counters of work, and levels of the process."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from mario_perf import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

Per = Literal["operation", "execution", "process", "growth"]
"""A counter for each execution of one operation (by its label), or of all; a level of the process; or by how
much that level grows with a thousand executions."""

Unit = Literal["seconds", "bytes", "count"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A metric that is judged beside the times. More is worse.

    ``noise`` is the smallest change that matters and ``resolution`` the one that a pass rules out: relative,
    but of a growth in its own unit, for a thousand executions. ``step`` is what the counter is rounded to.
    """

    name: str  # in sentences, such as "SQL statements"
    metric: str  # the sample, as exposed
    per: Per = "execution"
    unit: Unit = "count"
    noise: float = 0.01
    resolution: float = 0.1
    step: float = 0.0

    @property
    def counts_work(self) -> bool:
        """Whether it counts what the code does, which no machine disturbs."""
        return self.unit == "count" and self.per in {"operation", "execution"}


_TICK = 0.01
"""Seconds: Linux rounds down to them the time in user mode, and that in the kernel (proc_pid_stat(5))."""

_MEMORY = "process_resident_memory_bytes"

PROCESS: Final = (
    Indicator("CPU time", "process_cpu_seconds_total", "execution", "seconds", step=_TICK),
    Indicator("bytes sent", "process_network_transmit_bytes_total", "execution", "bytes"),
    Indicator("resident memory", _MEMORY, "process", "bytes", noise=0.1, resolution=0.25),
    Indicator("growth of memory", _MEMORY, "growth", "bytes", noise=50_000.0, resolution=2_000_000.0),
    Indicator("open files", "process_open_fds", "process", noise=0.1, resolution=0.5),
    Indicator("threads", "process_threads", "process", noise=0.1, resolution=0.5),
)
"""What clients of Prometheus expose under the same names. One that a service lacks is left out."""

PIZZERIA: Final = (Indicator("SQL statements", "pizzeria_sql_statements_total", "operation"),)
"""What the built-in service counts besides."""


def growth_name(operation: str) -> str:
    """Of the growth of an operation's time with what was executed."""
    return f"growth of the time of {operation}"


def indicator_names(indicators: Sequence[Indicator], operation: str) -> list[str]:
    """The costs of an operation; without one those of the whole process."""
    names = [each.name for each in indicators if (each.per == "operation") == bool(operation)]
    return [*names, growth_name(operation)] if operation else names


def size(indicators: Sequence[Indicator], name: str, rise: float) -> str:
    """How large the rise of a cost is: relative, but of a growth in its own unit."""
    one = next((each for each in indicators if each.name == name), None)
    if one is not None and one.per != "growth":
        return figures.relative(rise)
    return f"+{figures.amount(rise, one.unit if one else 'seconds')} a 1,000 executions"


def has_probably_risen(low: float, noise: float) -> bool:
    """Of a cost whose rise is not known: whether all of its interval is above the noise."""
    return math.isfinite(low) and low > noise


def doubt(sides: tuple[float, float], low: float, noise: float) -> str:
    """Why a change is not known, by both sides and the lower end of its interval, and what helps."""
    if not all(map(math.isfinite, sides)):
        return "it was not read on both sides; look at the service's metrics page"
    if not math.isfinite(low):
        return "so few rounds do not show how far processes lie apart; play more rounds"
    if has_probably_risen(low, noise):
        return "it probably rose, and chance is not ruled out; play more rounds"
    return "rounds lie too far apart; play more rounds, or use a quieter machine"
