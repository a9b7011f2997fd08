"""The search for a capacity, on services whose capacity is known."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.capacity.rate_search import Capacity, Probe, Search, search

if TYPE_CHECKING:
    from collections.abc import Callable

TRUTHS = st.floats(min_value=1, max_value=50_000)
SEARCHES = st.builds(
    Search,
    start=st.floats(min_value=1, max_value=1000),
    resolution=st.floats(min_value=0.01, max_value=0.3),
    confirmations=st.integers(min_value=0, max_value=4),
    most_probes=st.integers(min_value=60, max_value=80),
)


def found(plan: Search, holds: Callable[[float], bool]) -> Capacity:
    """Run a search to its end against a service that holds where it is told."""
    searching = search(plan)
    rate = next(searching)
    while True:
        try:
            rate = searching.send(Probe(rate, holds(rate)))
        except StopIteration as ended:
            capacity: Capacity = ended.value
            return capacity


@given(TRUTHS, SEARCHES)
def test_the_bracket_holds_the_truth_and_is_as_narrow_as_wanted(truth: float, plan: Search) -> None:
    capacity = found(plan, lambda rate: rate <= truth)
    assert capacity.complete
    assert capacity.rate is not None
    assert capacity.rate <= truth < capacity.failed <= capacity.rate * (1 + plan.resolution)


@given(TRUTHS, SEARCHES)
def test_the_rate_held_in_as_many_further_probes_as_confirmations_were_wanted(
    truth: float, plan: Search
) -> None:
    capacity = found(plan, lambda rate: rate <= truth)
    held = [probe for probe in capacity.probes if probe.rate == capacity.rate and probe.held]
    assert len(held) == 1 + plan.confirmations


@given(SEARCHES, st.integers(min_value=1, max_value=30), st.randoms(use_true_random=False))
def test_it_never_probes_more_often_than_allowed_whatever_the_service_does(
    plan: Search, most: int, random: Random
) -> None:
    bounded = Search(plan.start, plan.lowest, plan.resolution, plan.confirmations, most)
    capacity = found(bounded, lambda _: random.random() < 0.5)
    assert 1 <= len(capacity.probes) <= most
    assert capacity.rate is None or capacity.rate < capacity.failed


@given(SEARCHES)
def test_a_service_that_never_holds_has_no_capacity(plan: Search) -> None:
    capacity = found(plan, lambda _: False)
    assert capacity.complete
    assert (capacity.rate, capacity.failed) == (None, plan.lowest)


def test_a_service_that_always_holds_is_not_said_to_be_confirmed() -> None:
    capacity = found(Search(most_probes=10), lambda _: True)
    assert not capacity.complete
    assert math.isinf(capacity.failed)


def test_one_disturbed_probe_does_not_count() -> None:
    disturbed = iter([True, True, False])
    capacity = found(Search(), lambda rate: next(disturbed, rate <= 100))
    assert capacity.rate is not None
    assert capacity.rate <= 100 < capacity.failed


def test_a_rate_that_held_by_luck_is_lowered_by_its_confirmation() -> None:
    lucky: list[float] = []

    def holds(rate: float) -> bool:
        """Up to 100, and the first time at any rate up to 200."""
        first = rate not in lucky
        lucky.append(rate)
        return rate <= 100 or (rate <= 200 and first)

    capacity = found(Search(most_probes=100), holds)
    assert capacity.complete
    assert capacity.rate is not None
    assert capacity.rate <= 100 < capacity.failed


def test_with_noise_hardly_any_search_is_off_by_more_than_15_per_cent() -> None:
    """A probe fails with a probability that rises from 0 to 1 around the truth, and at random in 3 %."""
    off = 0
    for seed in range(400):
        random = Random(seed)
        truth = random.uniform(10, 2000)

        def holds(rate: float, truth: float = truth, random: Random = random) -> bool:
            edge = 1 / (1 + math.exp((rate / truth - 1) / 0.03))
            return random.random() < 0.97 * edge

        capacity = found(Search(most_probes=80), holds)
        off += capacity.rate is None or abs(math.log(capacity.rate / truth)) > 0.15
    assert off / 400 < 0.03


def test_a_search_that_is_stopped_keeps_what_it_knows() -> None:
    searching = search(Search(start=20.0))
    assert next(searching) == 20.0
    assert searching.send(Probe(20.0, held=True)) == 40.0
    with pytest.raises(StopIteration) as stopped:
        searching.send(None)
    assert stopped.value.value == Capacity(20.0, math.inf, (Probe(20.0, held=True),), complete=False)
