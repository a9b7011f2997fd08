"""When journeys arrive in an open model: by a plan that does not wait for answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from loadtests.shapes import Shape

    Following = Callable[[float, "Part"], float]


@dataclass(frozen=True, slots=True)
class Part:
    """Which of how many processes, counted from 0."""

    place: int = 0
    of: int = 1


class Arrivals:
    """The moments at which journeys are due, one after the other.

    ``rate`` is a second's journeys at level 1 of the ``shape``. A process of a distributed run gives its
    ``part`` of them; it may change at any time. Moments are those of a unit-rate process in the shape's own
    time: the k-th is where the shape has covered as much area as k journeys take (time-rescaling; Lewis and
    Shedler 1979 for the Poisson process). ``following`` gives the journeys of all processes by the time of
    this one's next, from those until its last.
    """

    def __init__(self, rate: float, shape: Shape, following: Following) -> None:
        self.part = Part()
        self._rate = rate
        self._shape = shape
        self._following = following
        self._journeys = 0.0

    def stretch(self, seconds: float) -> None:
        """Play the shape in so many seconds, instead of its own. To be told before the first arrival."""
        self._shape = self._shape.stretched(seconds)

    def skip_to(self, moment: float) -> None:
        """Leave out what was due before."""
        self._journeys = max(self._journeys, self._rate * self._shape.area_until(moment))

    def next(self) -> float | None:
        """Seconds from the start to the next journey; None when no more are due."""
        self._journeys = self._following(self._journeys, self.part)
        moment = self._shape.moment_of(self._journeys / self._rate)
        return moment if moment < self._shape.seconds else None


def constant(_: Random) -> Following:
    """Even gaps: each process in its turn has every n-th journey, so that those of all together are even."""

    def following(journeys: float, part: Part) -> float:
        first = part.place + 0.5
        return first + part.of * ((journeys - first) // part.of + 1)

    return following


def poisson(random: Random) -> Following:
    """Exponential gaps: arrivals of many who do not know of each other."""
    return lambda journeys, part: journeys + part.of * random.expovariate(1.0)


GAPS: Final[Mapping[str, Callable[[Random], Following]]] = {
    "constant": constant,
    "poisson": poisson,
}
"""By the name that ``--arrivals`` takes."""
