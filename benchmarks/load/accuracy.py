"""What generators say of response times that are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.load import delaying, generators, servers
from benchmarks.load.asking import CONNECTIONS, Asked
from benchmarks.load.delays import EVERY, quantiles, seen
from benchmarks.load.generators import in_turn
from benchmarks.load.records import Reading

if TYPE_CHECKING:
    from collections.abc import Generator as Generated
    from collections.abc import Iterator, Sequence

    from benchmarks.load.delays import Log
    from benchmarks.load.generators import Generator

GENERATORS = (
    generators.OURS,
    generators.FAST,
    generators.SLOW,
    generators.HEY,
    generators.AUTOCANNON,
    generators.WRK,
    generators.AB,
)

SHARES = (0.5, 0.95)
CAPACITY, FULL, STALLS = "its capacity", "as fast as it goes", "stalls"
CROWDS = {generators.SLOW: 60, generators.FAST: 200}
ENOUGH = 600
"""Connections with which a generator never rests, though each of them waits for its answers."""

CALM = 200.0
"""Requests a second while the server stalls: few enough for every generator."""

MANY = 500
"""Connections, besides the usual ones, with which generators that keep a rate go through the stalls.

Ours has that many users to take from; with fewer it would say that arrivals were dropped.
"""

KEPT = 0.99
"""Of a rate that was asked for: who sends less does not keep it."""

PROBES = 5
"""To find the highest rate that is kept, to within a sixty-fourth of the rate without one.

What a generator manages as fast as it goes is more: with all its users busy it finds many answers at a time.
"""

SHARE_NAMES = {share: f"{share * 100:.0f} % of its capacity" for share in SHARES}
LOADS = (*SHARE_NAMES.values(), FULL, STALLS)
"""What the table shows: a capacity is no load that somebody would measure at."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of a generator, by its name in the table."""

    load: str
    seconds: int
    connections: int
    rate: float | None = None


def planned(turns: int, seconds: int) -> float:
    """Seconds of all runs together."""
    here = in_turn(GENERATORS, 0)
    runs = sum(1 + (PROBES + len(SHARES)) * each.has_rate for each in here)
    return turns * (seconds * runs + EVERY * sum(len(_crowds(each)) for each in here))


def measured(turns: int, seconds: int) -> Iterator[Reading]:
    """Each generator as fast as it goes, at shares of the highest rate that it keeps, and with stalls."""
    for turn in range(turns):
        for generator in in_turn(GENERATORS, turn):
            crowd = CROWDS.get(generator, ENOUGH)
            name = CAPACITY if generator.has_rate else FULL
            full = _reading(turn, generator, Case(name, seconds, crowd))
            yield full
            if generator.has_rate:
                capacity = yield from _searched(turn, generator, seconds, crowd, full.rate)
                for share, load in SHARE_NAMES.items():
                    yield _reading(turn, generator, Case(load, seconds, crowd, share * capacity))
            rate = CALM if generator.has_rate else None
            for crowd in _crowds(generator):
                yield _reading(turn, generator, Case(STALLS, int(EVERY), crowd, rate))


def missing(readings: Sequence[Reading]) -> list[str]:
    """What was not installed."""
    seen = {each.generator for each in readings}
    return [each.name for each in GENERATORS if each.name not in seen]


def truth(log: Log, begin: float, end: float) -> dict[str, float]:
    """Of the requests in this time what the server really waited.

    With stalls what those see who arrive one after the other, whatever became of the ones before: who keeps
    waiting customers out of the shop does not shorten their wait.
    """
    return quantiles(seen(begin, end, log.stalls) if log.stalls else log.within(begin, end))


def _crowds(generator: Generator) -> Sequence[int]:
    """With how many connections it goes through the stalls."""
    if generator is generators.OURS:
        return (MANY,)
    return (CONNECTIONS, MANY) if generator.has_rate else (CONNECTIONS,)


def _searched(
    turn: int, generator: Generator, seconds: int, crowd: int, fastest: float
) -> Generated[Reading, None, float]:
    """Bisect between half of the fastest and the fastest."""
    kept, above = fastest / 2, fastest
    for _ in range(PROBES):
        asked = (kept + above) / 2
        probe = _reading(turn, generator, Case(CAPACITY, seconds, crowd, asked))
        yield probe
        kept, above = (asked, above) if probe.rate >= KEPT * asked else (kept, asked)
    return kept


def _reading(turn: int, generator: Generator, case: Case) -> Reading:
    with servers.delaying(*(["stalls"] if case.load == STALLS else [])) as url:
        done = generator.ask(Asked(f"{url}/delayed", case.seconds, case.connections, case.rate))
        log = delaying.log(url)
    begin, end = done.window or (log.read[0], log.read[0] + case.seconds)
    return Reading(
        turn=turn,
        generator=generator.name,
        requests=done.requests,
        seconds=done.seconds,
        cpu=done.cpu,
        load=case.load,
        rate_asked=case.rate,
        connections=case.connections,
        said=dict(done.quantiles),
        invalid=done.invalid,
        truth=truth(log, begin, end),
        server_late=log.late,
    )
