"""When journeys arrive in an open model: by a plan that does not wait for answers. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from mario_perf.load.arrivals.shapes import Shape

    Following = Callable[[float, "Part"], float]


@dataclass(frozen=True, slots=True)
class Part:
    """Which of how many processes, counted from 0."""

    place: int = 0
    of: int = 1


class Arrivals:
    """The moments at which journeys are due, one after the other.

    ``rate`` is a second's journeys at level 1 of the ``shape``. A process of a distributed run gives its
    ``part`` of them, or none; it may change at any time. Moments are those of a unit-rate process in the
    shape's own time: the k-th is where the shape has covered as much area as k journeys take (time-rescaling;
    Lewis and Shedler 1979 for the Poisson process). ``following`` gives the journeys of all processes by the
    time of this one's next, from those until its last.
    """

    def __init__(self, rate: float, shape: Shape, following: Following) -> None:
        self._part: Part | None = Part()
        self._rate = rate
        self._shape = shape
        self._following = following
        self._journeys = 0.0
        """Those of all processes by the time of the last that was drawn here."""
        self._drawn: deque[float] = deque()
        self._last = 0.0
        self._given = 0

    def stretch(self, seconds: float) -> None:
        """Play the shape in so many seconds, instead of its own. To be told before the first arrival."""
        self._shape = self._shape.stretched(seconds)

    def skip_to(self, moment: float) -> None:
        """Leave out what was due before."""
        self._drawn.clear()
        self._journeys = max(self._last, self._until(moment))

    def share(self, part: Part | None, moment: float) -> None:
        """Give another part of what is due after that moment, and the part so far of what is due until then.

        Whoever is told before that moment gives each of its old part's arrivals until then, and each of the
        new one's after it: with all processes told of the same moment no arrival is doubled, and none lost.
        It makes no difference when each of them was told. Who is told too late goes on from its last.
        """
        boundary = max(self._last, self._until(moment))
        self._draw(boundary)
        while self._drawn and self._drawn[-1] > boundary:
            self._drawn.pop()
        self._journeys = boundary
        self._part = part

    def count(self, moment: float) -> int:
        """How many have been due here before that moment, whether they were given or not."""
        until = self._until(moment)
        self._draw(until)
        return self._given + sum(journeys < until for journeys in self._drawn)

    def peek(self) -> float | None:
        """Seconds from the start to the next journey; None when no more are due."""
        if not self._drawn:
            self._draw(self._journeys)
        moment = self._shape.moment_of(self._drawn[0] / self._rate) if self._drawn else inf
        return moment if moment < self._shape.seconds else None

    def go_on(self) -> None:
        """From the journey that :meth:`peek` tells of to the one after it."""
        self._last = self._drawn.popleft()
        self._given += 1

    def _draw(self, until: float) -> None:
        """Draw what is due by the time of so many journeys of all processes, and the first after it."""
        while self._part and self._journeys <= until:
            self._journeys = self._following(self._journeys, self._part)
            self._drawn.append(self._journeys)

    def _until(self, moment: float) -> float:
        """The journeys of all processes by that moment."""
        return self._rate * self._shape.area_until(moment)


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
