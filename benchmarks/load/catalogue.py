"""The benchmarks of load generators, each with its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.load import accuracy, table
from benchmarks.load.generators import FAST, HEY, MARIO_ON_FAST
from benchmarks.load.races import HEADS, JOURNEYS, SPEED, USERS
from benchmarks.load.records import Reading, Record, Run
from benchmarks.load.servers import PIZZERIA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One of them: how often and how long by itself, what it measures, and how its table begins."""

    name: str
    turns: int
    seconds: int
    planned: Callable[[int, int], float]
    measured: Callable[[int, int], Iterator[Record]]
    kind: type[Record]
    caption: str
    table: Callable[[Sequence[Any]], str]

    def shown(self, records: Sequence[Any]) -> str:
        """The table below its caption."""
        return f"{self.caption}\n\n{self.table(records)}"


LIMITS = (PIZZERIA.name,)

SPEED_CAPTION = """\
One core each, 50 connections, in an order drawn anew for each turn. Multiples are medians of ratios within a
turn, and the least and the greatest: of requests/s from nginx, and of requests per second of CPU from the
pizzeria, which is the bottleneck itself. The CPU of tools is all of theirs, Locust's that of its window."""

HEADS_CAPTION = """\
Ours does not read a response's head again while the server repeats it, byte for byte. One that numbers its
responses never does:"""

USERS_CAPTION = "More users, each sending to nginx without a pause:"

JOURNEYS_CAPTION = """\
Mario's whole journeys, recorded as in every run, by 20 users without think time on either client: from nginx
with answers like the pizzeria's, so that the generator is the bottleneck, and from the pizzeria."""

ACCURACY_CAPTION = """\
What each generator says of a server with log-normal delays (median 10 ms, p99 32 ms), against what the server
really waited. With stalls it does nothing at all for one second in ten, and the truth is what people see who
arrive at 200 a second whatever it does. wrk and ab know no rate. Ours offers requests evenly; the connections
of Locust's other users, and it seems of hey, begin together: some of their error is a crowd of their own."""


def _speed(runs: Sequence[Run]) -> str:
    return table.race(runs, (FAST.name, HEY.name), LIMITS, SPEED.missing(runs))


def _heads(runs: Sequence[Run]) -> str:
    return table.race(runs, (FAST.name, HEY.name), LIMITS, HEADS.missing(runs))


def _journeys(runs: Sequence[Run]) -> str:
    return table.race(runs, (MARIO_ON_FAST.name,), LIMITS, JOURNEYS.missing(runs))


def _accuracy(readings: Sequence[Reading]) -> str:
    return table.accuracy(readings, accuracy.LOADS, accuracy.missing(readings))


ALL = (
    Benchmark("speed", 3, 3, SPEED.planned, SPEED.measured, Run, SPEED_CAPTION, _speed),
    Benchmark("heads", 3, 3, HEADS.planned, HEADS.measured, Run, HEADS_CAPTION, _heads),
    Benchmark("users", 1, 3, USERS.planned, USERS.measured, Run, USERS_CAPTION, table.users),
    Benchmark("journeys", 3, 4, JOURNEYS.planned, JOURNEYS.measured, Run, JOURNEYS_CAPTION, _journeys),
    Benchmark("accuracy", 2, 4, accuracy.planned, accuracy.measured, Reading, ACCURACY_CAPTION, _accuracy),
)
