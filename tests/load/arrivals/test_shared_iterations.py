"""Shared iterations run each journey once, and finish with the last one."""

from collections import Counter
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from scenarios import MIXES, NAMES, STOVES, reference, stoves

from mario_perf.load.arrivals.shared_iterations import SharedIterations


class Ends:
    """How often the iterations have finished."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@given(st.lists(st.text(max_size=3), min_size=1))
def test_each_journey_is_taken_once_and_the_last_end_finishes(journeys: list[str]) -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    iterations.assign(journeys)
    dealt = list(iter(iterations.take, None))
    assert dealt == journeys
    for number, _ in enumerate(dealt):
        assert (iterations.completed, ends.count) == (number, 0)
        iterations.finish(completed=True)
    assert (iterations.completed, ends.count) == (len(journeys), 1)


def test_an_interrupted_journey_finishes_but_is_not_completed() -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    iterations.assign(["a", "b"])
    iterations.finish(completed=True)
    iterations.finish(completed=False)
    assert (iterations.completed, ends.count) == (1, 1)


def test_assigning_no_journeys_finishes_at_once() -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    before = ends.count
    iterations.assign([])
    assert (before, ends.count) == (0, 1)


@given(st.integers(1, 200))
def test_the_reference_journeys_are_the_same_for_any_number_of_processes(processes: int) -> None:
    parts = [reference(part, processes) for part in range(processes)]
    assert Counter(chain.from_iterable(parts)) == {
        "visit": 20,
        "ready orders": 75,
        "tour": 79,
        "active orders": 2,
    }


@given(st.integers(1, 200))
def test_all_processes_together_cook_at_most_one_order_a_stove(
    processes: int,
) -> None:
    cooks = sum("visit" in reference(part, processes) for part in range(processes))
    assert 1 <= cooks * stoves(processes) <= STOVES


def test_each_mix_is_a_scenario() -> None:
    assert set(MIXES) < set(NAMES)
