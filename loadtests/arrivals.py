"""When journeys arrive in an open model: by a plan that does not wait for answers. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from loadtests.shapes import Shape


class Arrivals:
    """The moments at which journeys are due, one after the other.

    ``rate`` is a second's journeys at level 1 of the ``shape``. A process of a distributed run gets its
    ``share`` of them (0 to 1); it may change at any time. Moments are those of a unit-rate process in the
    shape's own time: the k-th is where the shape has covered as much area as the first k gaps together
    (time-rescaling; Lewis and Shedler 1979 for the Poisson process).
    """

    def __init__(self, rate: float, shape: Shape, gap: Callable[[], float], share: float = 1.0) -> None:
        self.share = share
        self._rate = rate
        self._shape = shape
        self._gap = gap
        self._area = 0.0

    def stretch(self, seconds: float) -> None:
        """Play the shape in so many seconds, instead of its own. To be told before the first arrival."""
        self._shape = self._shape.stretched(seconds)

    def skip_to(self, moment: float) -> None:
        """Leave out what was due before."""
        self._area = max(self._area, self._shape.area_until(moment))

    def next(self) -> float | None:
        """Seconds from the start to the next journey; None when no more are due, or without a share."""
        if not self.share:
            return None
        self._area += self._gap() / (self._rate * self.share)
        moment = self._shape.moment_of(self._area)
        return moment if moment < self._shape.seconds else None


def constant(random: Random) -> Callable[[], float]:
    """Even gaps. The first is drawn: several processes do not fire at the same moment."""
    gaps = iter([random.random()])
    return lambda: next(gaps, 1.0)


def poisson(random: Random) -> Callable[[], float]:
    """Exponential gaps: arrivals of many who do not know of each other."""
    return lambda: random.expovariate(1.0)


GAPS: Final[Mapping[str, Callable[[Random], Callable[[], float]]]] = {
    "constant": constant,
    "poisson": poisson,
}
"""By the name that ``--arrivals`` takes."""
