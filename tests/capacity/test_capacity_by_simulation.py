"""How often comparisons of capacities are wrong, and how often they see: searches of simulated services.

A probe holds with a probability that falls from 1 to 0 around the service's capacity (logistic in the
logarithm of the rate, of width ``sigma``), and the machine is faster or slower at each search (``drift``, the
standard deviation of the logarithm).
"""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest
import scipy

from mario_perf.capacity.capacity_change import EXCLUDED_DROP, NOISE, SearchResult, compare
from mario_perf.capacity.rate_search import Probe, Search, search
from mario_perf.model import Verdict

pytestmark = pytest.mark.simulation

PROMISED = 0.01
TRIALS = 500
SIZES = [(1, 1), (2, 1), (3, 1), (5, 1), (3, 3), (5, 3)]
GRID = [(sigma, drift) for sigma in (0.02, 0.05, 0.1) for drift in (0.0, 0.05, 0.1)]


class Service:
    """Searched on a machine that drifts."""

    def __init__(self, sigma: float, drift: float) -> None:
        self._sigma, self._drift = sigma, drift
        self._random = Random(f"{sigma} {drift}")

    def capacity(self) -> float:
        """Anywhere between the rates that are tried."""
        return self._random.uniform(60, 120)

    def speed(self) -> float:
        """The machine's, at some moment."""
        return math.exp(self._random.gauss(0, self._drift))

    def searches(self, capacity: float, number: int) -> list[SearchResult]:
        """Each at another moment."""
        return [self.searched(capacity * self.speed()) for _ in range(number)]

    def searched(self, capacity: float) -> SearchResult:
        """What one search finds."""
        searching = search(Search())
        rate = next(searching)
        while True:
            try:
                rate = searching.send(Probe(rate, self._holds(rate, capacity)))
            except StopIteration as ended:
                return SearchResult(ended.value, {})

    def _holds(self, rate: float, capacity: float) -> bool:
        return self._random.random() < 1 / (1 + math.exp(math.log(rate / capacity) / self._sigma))


def told(kept: list[SearchResult], new: list[SearchResult]) -> Verdict:
    return compare(kept, new, NOISE, PROMISED).verdict


def of_all_trials(service: Service, kept: int, new: int, left: float) -> dict[Verdict, int]:
    """How often each verdict was told of a service that has so much of its capacity left."""
    every: Counter[Verdict] = Counter()
    for _ in range(TRIALS):
        capacity = service.capacity()
        every[told(service.searches(capacity, kept), service.searches(capacity * left, new))] += 1
    return every


def most(wrong: int) -> float:
    """The largest rate that so many of all trials are compatible with (Clopper and Pearson, 95 %)."""
    return float(scipy.stats.beta.ppf(0.95, wrong + 1, TRIALS - wrong))


@pytest.mark.parametrize(("sigma", "drift"), GRID)
def test_the_same_service_is_hardly_ever_called_regressed(sigma: float, drift: float) -> None:
    service, wrong = Service(sigma, drift), Counter[tuple[int, int]]()
    for _ in range(TRIALS):
        capacity = service.capacity()
        kept, new = service.searches(capacity, 5), service.searches(capacity, 3)
        for sizes in SIZES:
            wrong[sizes] += told(kept[: sizes[0]], new[: sizes[1]]) is Verdict.REGRESSED
    assert {sizes: most(wrong[sizes]) for sizes in SIZES if most(wrong[sizes]) > PROMISED} == {}


@pytest.mark.parametrize("drift", [0.05, 0.1])
def test_nor_where_all_new_searches_are_of_one_day_and_the_kept_ones_of_many(drift: float) -> None:
    service, wrong = Service(0.05, drift), 0
    for _ in range(TRIALS):
        capacity = service.capacity()
        today = capacity * service.speed()
        new = [service.searched(today) for _ in range(3)]
        wrong += told(service.searches(capacity, 5), new) is Verdict.REGRESSED
    assert most(wrong) <= PROMISED


@pytest.mark.parametrize(("sigma", "drift"), [(0.02, 0.0), (0.05, 0.05), (0.1, 0.1)])
def test_a_drop_as_large_as_the_noise_is_called_one_as_seldom_as_promised(sigma: float, drift: float) -> None:
    wrong = of_all_trials(Service(sigma, drift), 3, 3, left=1 - NOISE)[Verdict.REGRESSED]
    assert scipy.stats.binom.sf(wrong - 1, TRIALS, PROMISED) > 0.05


@pytest.mark.parametrize(
    ("sigma", "drift", "kept", "new", "left", "share"),
    [
        (0.02, 0.0, 3, 3, 0.7, 0.99),
        (0.02, 0.0, 5, 3, 0.8, 0.7),
        (0.05, 0.05, 3, 3, 0.7, 0.5),
        (0.05, 0.05, 5, 3, 0.7, 0.75),
        (0.05, 0.05, 5, 5, 0.7, 0.9),
        (0.05, 0.05, 5, 1, 0.5, 0.9),
        (0.1, 0.1, 3, 3, 0.5, 0.75),
    ],
)
def test_a_lower_capacity_is_found(
    *, sigma: float, drift: float, kept: int, new: int, left: float, share: float
) -> None:
    found = of_all_trials(Service(sigma, drift), kept, new, left)[Verdict.REGRESSED]
    assert found >= share * TRIALS


@pytest.mark.parametrize(("sigma", "drift", "share"), [(0.02, 0.0, 0.99), (0.05, 0.05, 0.6)])
def test_the_same_service_passes_and_one_that_lost_what_a_pass_rules_out_does_not(
    sigma: float, drift: float, share: float
) -> None:
    service = Service(sigma, drift)
    assert of_all_trials(service, 3, 3, left=1.0)[Verdict.UNCHANGED] >= share * TRIALS
    missed = of_all_trials(service, 3, 3, left=1 - EXCLUDED_DROP)[Verdict.UNCHANGED]
    assert scipy.stats.binom.sf(missed - 1, TRIALS, PROMISED) > 0.05
