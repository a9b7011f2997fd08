"""Batches laid out as series: one for each operation and metric of a scenario."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.history.network import Levels, Links, adjust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.history.measurements import Batch, Level, Link
    from mario_perf.history.network import Adjustment

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

RUN_ERROR: Final = 0.09
"""Standard error of a run's level, as a logarithm: two runs of one build lie up to 25 % apart."""


@dataclass(frozen=True, slots=True)
class OperationSeries:
    """One metric of one operation. Values of one environment stand together, in the order of time.

    Where links join the revisions, there is one value a revision, adjusted in their network, and the
    environment is the first one.
    """

    scenario: str
    operation: str
    metric: str
    times: Floats  # (n,) unix seconds
    revisions: tuple[str, ...]  # n
    environments: tuple[str, ...]  # n
    values: Floats  # (n,)
    network: Adjustment | None = None
    places: Indices | None = None  # (n,) of the revisions in the network

    @property
    def adjusted(self) -> bool:
        """Whether links join the revisions."""
        return self.network is not None

    @property
    def breaks(self) -> tuple[int, ...]:
        """Indices at which another environment begins."""
        named = self.environments
        return tuple(index for index in range(1, len(named)) if named[index] != named[index - 1])


@dataclass(slots=True)
class _Observations:
    levels: list[tuple[float, Level]] = field(default_factory=list)
    links: list[tuple[float, Link]] = field(default_factory=list)


def operation_series(batches: Iterable[Batch]) -> tuple[OperationSeries, ...]:
    """The series of batches in the order of time; sorted by scenario, operation and metric."""
    observations = _observations(batches)
    return tuple(_series(key, observations[key]) for key in sorted(observations) if observations[key].levels)


def _observations(batches: Iterable[Batch]) -> dict[tuple[str, str, str], _Observations]:
    observations: defaultdict[tuple[str, str, str], _Observations] = defaultdict(_Observations)
    for batch in batches:
        for level in batch.levels:
            observations[batch.scenario, level.operation, level.metric].levels.append((batch.time, level))
        for link in batch.links:
            observations[batch.scenario, link.operation, link.metric].links.append((batch.time, link))
    return observations


def _series(key: tuple[str, str, str], observations: _Observations) -> OperationSeries:
    linked = {name for _, link in observations.links for name in (link.earlier, link.later)}
    positive = all(level.value > 0 for _, level in observations.levels)
    if positive and linked.issuperset(level.revision for _, level in observations.levels):
        return _adjusted(key, observations)
    first: dict[str, float] = {}
    for time, level in observations.levels:
        first.setdefault(level.environment, time)
    rows = sorted(
        observations.levels, key=lambda row: (first[row[1].environment], row[1].environment, row[0])
    )
    return OperationSeries(
        *key,
        np.array([time for time, _ in rows]),
        tuple(level.revision for _, level in rows),
        tuple(level.environment for _, level in rows),
        np.array([level.value for _, level in rows]),
    )


@dataclass(frozen=True, slots=True)
class SeriesNetwork:
    """The network of a series. Revisions are in the order of its indices."""

    scenario: str
    operation: str
    metric: str
    revisions: tuple[str, ...]
    links: tuple[Link, ...]
    levels: tuple[Level, ...]
    adjustment: Adjustment


def series_networks(batches: Iterable[Batch]) -> Iterator[SeriesNetwork]:
    """The networks of all series that have links."""
    for key, each in sorted(_observations(batches).items()):
        levels = [row for row in each.levels if row[1].value > 0]
        if each.links:
            part = _Observations(levels, each.links)
            revisions = tuple(_first_times(part))
            links, kept = tuple(link for _, link in each.links), tuple(level for _, level in levels)
            yield SeriesNetwork(*key, revisions, links, kept, _network(part, revisions))


def _network(observations: _Observations, revisions: Iterable[str]) -> Adjustment:
    number = {revision: index for index, revision in enumerate(revisions)}
    return adjust(len(number), _links(observations.links, number), _levels(observations.levels, number))


def _adjusted(key: tuple[str, str, str], observations: _Observations) -> OperationSeries:
    """One value a revision, in the order in which revisions were first measured."""
    first_times = _first_times(observations)
    revisions = tuple(first_times)
    net = _network(observations, revisions)
    first = revisions.index(observations.levels[0][1].revision)
    joined = np.flatnonzero(net.component == net.component[first])
    return OperationSeries(
        *key,
        np.array([first_times[revisions[index]] for index in joined]),
        tuple(revisions[index] for index in joined),
        (observations.levels[0][1].environment,) * len(joined),
        np.exp(net.value[joined]),
        net,
        joined,
    )


def _first_times(observations: _Observations) -> dict[str, float]:
    named = [(time, 0, link.earlier) for time, link in observations.links]
    named += [(time, 1, link.later) for time, link in observations.links]
    named += [(time, 1, level.revision) for time, level in observations.levels]
    first_times: dict[str, float] = {}
    for time, _, revision in sorted(named):
        first_times.setdefault(revision, time)
    return first_times


def _links(rows: Sequence[tuple[float, Link]], number: dict[str, int]) -> Links:
    return Links(
        np.array([number[link.earlier] for _, link in rows], dtype=np.intp),
        np.array([number[link.later] for _, link in rows], dtype=np.intp),
        np.array([link.log_ratio for _, link in rows]),
        np.array([link.error for _, link in rows]),
    )


def _levels(rows: Sequence[tuple[float, Level]], number: dict[str, int]) -> Levels:
    environments = {level.environment: None for _, level in rows}
    places = {name: index for index, name in enumerate(environments)}
    return Levels(
        np.array([number[level.revision] for _, level in rows], dtype=np.intp),
        np.array([places[level.environment] for _, level in rows], dtype=np.intp),
        np.log([level.value for _, level in rows]),
        np.full(len(rows), RUN_ERROR),
    )
