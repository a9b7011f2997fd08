"""When journeys arrive in an open model: a schedule that does not wait for responses. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from mario_perf.load.arrivals.shapes import Shape

    NextArrival = Callable[[float, "Share"], float]


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one process in all arrivals: its ``index`` (from 0) among ``count`` processes."""

    index: int = 0
    count: int = 1


class ArrivalSchedule:
    """The moments at which journeys are due, in order.

    ``rate`` is journeys a second at level 1 of the ``shape``. A process of a distributed run gives its share
    of them, or none; the share may change at any time. Moments are those of a unit-rate process in the
    shape's own time: the k-th is where the shape has covered as much area as k journeys take (time-rescaling;
    Lewis and Shedler 1979 for the Poisson process). ``next_arrival`` maps the number of journeys of all
    processes by this process' last arrival to the number by its next.
    """

    def __init__(self, rate: float, shape: Shape, next_arrival: NextArrival) -> None:
        self._share: Share | None = Share()
        self._rate = rate
        self._shape = shape
        self._next_arrival = next_arrival
        self._journeys = 0.0
        """Journeys of all processes by the last arrival that was drawn here."""
        self._upcoming: deque[float] = deque()
        self._last = 0.0
        self._pop_count = 0

    def stretch(self, seconds: float) -> None:
        """Play the shape in ``seconds``, instead of its own length. Call it before the first arrival."""
        self._shape = self._shape.stretched(seconds)

    def skip_to(self, moment: float) -> None:
        """Leave out what was due before."""
        self._upcoming.clear()
        self._journeys = max(self._last, self._until(moment))

    def set_share(self, share: Share | None, moment: float) -> None:
        """Give another share of what is due after ``moment``, and the old share of what is due before.

        When all processes get the same moment in advance, no arrival is doubled and none is lost. It makes
        no difference when each process hears of it. A process that hears too late goes on from its last
        arrival.
        """
        boundary = max(self._last, self._until(moment))
        self._draw(boundary)
        while self._upcoming and self._upcoming[-1] > boundary:
            self._upcoming.pop()
        self._journeys = boundary
        self._share = share

    def count(self, moment: float) -> int:
        """Number of arrivals that were due here before ``moment``, taken or not."""
        until = self._until(moment)
        self._draw(until)
        return self._pop_count + sum(journeys < until for journeys in self._upcoming)

    def peek(self) -> float | None:
        """Seconds from the start to the next journey; None when no more are due."""
        if not self._upcoming:
            self._draw(self._journeys)
        moment = self._shape.moment_of(self._upcoming[0] / self._rate) if self._upcoming else inf
        return moment if moment < self._shape.seconds else None

    def pop(self) -> None:
        """Take the journey that :meth:`peek` showed."""
        self._last = self._upcoming.popleft()
        self._pop_count += 1

    def _draw(self, until: float) -> None:
        """Draw arrivals up to ``until`` journeys of all processes, and the first one after."""
        while self._share and self._journeys <= until:
            self._journeys = self._next_arrival(self._journeys, self._share)
            self._upcoming.append(self._journeys)

    def _until(self, moment: float) -> float:
        """Journeys of all processes by that moment."""
        return self._rate * self._shape.area_until(moment)


def constant(_: Random) -> NextArrival:
    """Even gaps: each of n processes has every n-th journey, so the gaps of all together are even, too."""

    def next_arrival(journeys: float, share: Share) -> float:
        first = share.index + 0.5
        return first + share.count * ((journeys - first) // share.count + 1)

    return next_arrival


def poisson(random: Random) -> NextArrival:
    """Exponential gaps: arrivals that are independent of each other."""
    return lambda journeys, share: journeys + share.count * random.expovariate(1.0)


GAPS: Final[Mapping[str, Callable[[Random], NextArrival]]] = {
    "constant": constant,
    "poisson": poisson,
}
"""By the name that ``--arrivals`` takes."""
