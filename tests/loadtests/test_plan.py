"""A plan is dealt once, and ends when its last journey does."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from loadtests.plan import Plan
from loadtests.scenarios import MIXES, NAMES, REFERENCE


@given(st.lists(st.text(max_size=3), min_size=1), st.integers(1, 8))
def test_the_parts_of_all_workers_are_the_whole_plan(journeys: list[str], workers: int) -> None:
    ends: list[int] = []
    parts = [Plan(journeys[index::workers], lambda: ends.append(1)) for index in range(workers)]
    dealt = [list(iter(part.deal, None)) for part in parts]
    assert sorted(chain.from_iterable(dealt)) == sorted(journeys)
    for part, journeys_of in zip(parts, dealt, strict=True):
        for _ in journeys_of:
            part.done()
    assert len(ends) == workers


def test_it_is_not_finished_while_a_journey_is_under_way() -> None:
    ends: list[int] = []
    plan = Plan(["a", "b"], lambda: ends.append(1))
    plan.deal()
    plan.done()
    plan.deal()
    assert not ends
    plan.done()
    assert ends


def test_a_plan_without_journeys_is_finished_at_once() -> None:
    ends: list[int] = []
    Plan([], lambda: ends.append(1))
    assert ends


def test_the_reference_run_is_as_it_was() -> None:
    counts = {name: REFERENCE.count(name) for name in REFERENCE}
    assert counts == {"visit": 20, "ready orders": 75, "tour": 79, "active orders": 2}


def test_every_mix_has_a_name_that_may_be_asked_for() -> None:
    assert set(MIXES) < set(NAMES)
