"""Generators beside each other: on the same servers, in turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.load import generators
from benchmarks.load.asking import CONNECTIONS, Asked
from benchmarks.load.generators import in_turn
from benchmarks.load.records import Run
from benchmarks.load.servers import NGINX, NUMBERED, PIZZERIA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.load.generators import Generator
    from benchmarks.load.servers import Server


@dataclass(frozen=True, slots=True)
class Race:
    """Every generator on every server with every crowd of users, in each turn."""

    generators: Sequence[Generator]
    servers: Sequence[Server]
    crowds: Sequence[int] = (CONNECTIONS,)

    def planned(self, turns: int, seconds: int) -> float:
        """Seconds of all runs together."""
        runs = sum(len(self._asking(server, 0)) for server in self.servers if server.installed)
        return turns * seconds * runs * len(self.crowds)

    def measured(self, turns: int, seconds: int) -> Iterator[Run]:
        """One run after the other."""
        for turn in range(turns):
            for server in self.servers:
                if server.installed:
                    yield from self._on(server, turn, seconds)

    def missing(self, runs: Sequence[Run]) -> list[str]:
        """What was not installed."""
        seen = {each.server for each in runs} | {each.generator for each in runs}
        names = [*(each.name for each in self.servers), *(each.name for each in self.generators)]
        return [name for name in names if name not in seen]

    def _on(self, server: Server, turn: int, seconds: int) -> Iterator[Run]:
        with server.start() as url:
            for crowd in self.crowds:
                for generator in self._asking(server, turn):
                    asked = Asked(f"{url}{server.path}", seconds, crowd)
                    yield _run(turn, server.name, generator, asked)

    def _asking(self, server: Server, turn: int) -> Sequence[Generator]:
        """Who asks nobody is compared once, where the server does not matter."""
        return in_turn([each for each in self.generators if each.asks or not server.limits], turn)


def _run(turn: int, server: str, generator: Generator, asked: Asked) -> Run:
    done = generator.ask(asked)
    return Run(
        turn=turn,
        server=server,
        generator=generator.name,
        users=asked.connections,
        requests=done.requests,
        seconds=done.seconds,
        cpu=done.cpu,
        memory=done.memory,
    )


SPEED = Race(
    (
        generators.RAPID,
        generators.FAST,
        generators.SLOW,
        generators.NOTHING,
        generators.HEY,
        generators.AB,
        generators.WRK,
        generators.AUTOCANNON,
    ),
    (NGINX, PIZZERIA),
)
HEADS = Race((generators.RAPID, generators.FAST, generators.HEY), (NUMBERED,))
"""Ours does not read a head again that it has read before: here there is none."""

USERS = Race((generators.RAPID, generators.FAST), (NGINX,), (10, 100, 1000, 10_000))
JOURNEYS = Race((generators.MARIO, generators.MARIO_ON_FAST), (NGINX, PIZZERIA), (20,))
"""With nginx for a pizzeria that is never the bottleneck: it takes every order and shows the same one."""
