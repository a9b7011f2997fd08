"""The load generators, by the names that the tables show."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from benchmarks.load import locusts, tools

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.load.asking import Asked, Done


@dataclass(frozen=True, slots=True)
class Generator:
    """One of them. A ``program`` must be on the PATH; some can keep a rate; and one asks nobody at all."""

    name: str
    ask: Callable[[Asked], Done]
    program: str | None = None
    has_rate: bool = False
    asks: bool = True

    @property
    def installed(self) -> bool:
        """Whether it is here."""
        return self.program is None or shutil.which(self.program) is not None


RAPID = Generator("Locust, RapidHttpUser", partial(locusts.bare, "RapidHttpUser"))
FAST = Generator("Locust, FastHttpUser", partial(locusts.bare, "FastHttpUser"), has_rate=True)
SLOW = Generator("Locust, HttpUser", partial(locusts.bare, "HttpUser"), has_rate=True)
NOTHING = Generator("Locust, a user that does nothing", partial(locusts.bare, "nothing"), asks=False)
OURS = Generator("ours, `--rate`", locusts.recorded, has_rate=True)
HEY = Generator("hey", tools.hey, "hey", has_rate=True)
AB = Generator("ab", tools.ab, "ab")
WRK = Generator("wrk", tools.wrk, "wrk")
AUTOCANNON = Generator("autocannon", tools.autocannon, "autocannon", has_rate=True)

MARIO = Generator("Mario's journeys, RapidHttpUser", partial(locusts.mario, "Mario"))
MARIO_ON_FAST = Generator("Mario's journeys, FastHttpUser", partial(locusts.mario, "MarioOnFastHttp"))


def in_turn(generators: Sequence[Generator], turn: int) -> Sequence[Generator]:
    """Those that are installed, in another order each time: nobody always follows the same one."""
    here = [each for each in generators if each.installed]
    return Random(turn).sample(here, len(here)) if turn else here  # noqa: S311 - no secrets
