"""A iterations is dealt once, and ends when its last journey does."""

from collections import Counter
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st
from scenarios import MIXES, NAMES, STOVES, reference, stoves

from mario_perf.load.arrivals.shared_iterations import SharedIterations


class Ends:
    """How often a iterations was finished."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@given(st.lists(st.text(max_size=3), min_size=1))
def test_every_journey_is_dealt_once_and_when_all_have_ended_it_is_finished(journeys: list[str]) -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    iterations.assign(journeys)
    dealt = list(iter(iterations.take, None))
    assert dealt == journeys
    for number, _ in enumerate(dealt):
        assert (iterations.completed, ends.count) == (number, 0)
        iterations.finish(completed=True)
    assert (iterations.completed, ends.count) == (len(journeys), 1)


def test_a_journey_that_is_broken_off_ends_the_plan_and_is_not_made() -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    iterations.assign(["a", "b"])
    iterations.finish(completed=True)
    iterations.finish(completed=False)
    assert (iterations.completed, ends.count) == (1, 1)


def test_a_plan_without_journeys_is_finished_as_soon_as_that_is_known() -> None:
    ends = Ends()
    iterations = SharedIterations(ends)
    before = ends.count
    iterations.assign([])
    assert (before, ends.count) == (0, 1)


@given(st.integers(1, 200))
def test_however_many_processes_share_the_reference_run_it_is_as_it_was(processes: int) -> None:
    parts = [reference(part, processes) for part in range(processes)]
    assert Counter(chain.from_iterable(parts)) == {
        "visit": 20,
        "ready orders": 75,
        "tour": 79,
        "active orders": 2,
    }


@given(st.integers(1, 200))
def test_all_processes_of_the_reference_run_together_cook_no_more_than_there_are_stoves(
    processes: int,
) -> None:
    cooks = sum("visit" in reference(part, processes) for part in range(processes))
    assert 1 <= cooks * stoves(processes) <= STOVES


def test_every_mix_has_a_name_that_may_be_asked_for() -> None:
    assert set(MIXES) < set(NAMES)
