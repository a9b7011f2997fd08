"""The comparison of capacities: what decides, what never does, and what is said instead."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.capacity.capacity_change import MAX_SEARCHES, NOISE, CapacityChange, SearchResult, compare
from mario_perf.capacity.rate_search import Capacity
from mario_perf.model import Verdict

FALSE_ALARMS = 0.01
RATES = st.floats(min_value=1, max_value=1e4)


def searched(
    *rates: float | None, width: float = 1.05, complete: bool = True, **conditions: str
) -> list[SearchResult]:
    """A search for each rate; None held nothing."""
    return [
        SearchResult(
            Capacity(rate, 0.5 if rate is None else rate * width, (), complete),
            {"scenario": "mario", **conditions},
        )
        for rate in rates
    ]


def compared(kept: list[SearchResult], new: list[SearchResult], noise: float = NOISE) -> CapacityChange:
    return compare(kept, new, noise, FALSE_ALARMS)


@pytest.mark.parametrize(
    ("new", "verdict"),
    [
        ((99, 101, 100), Verdict.UNCHANGED),
        ((93, 95, 94), Verdict.UNCHANGED),
        ((70, 72, 71), Verdict.REGRESSED),
        ((None,), Verdict.REGRESSED),
        ((140, 143, 141), Verdict.IMPROVED),
        ((60, 110, 85), Verdict.INCONCLUSIVE),
    ],
)
def test_a_change_is_told_where_it_is_larger_than_searches_differ(
    new: tuple[float | None, ...], verdict: Verdict
) -> None:
    assert compared(searched(100, 102, 98), searched(*new)).verdict is verdict


@given(RATES, RATES)
def test_one_search_against_one_never_decides_and_says_what_would(before: float, now: float) -> None:
    change = compared(searched(before), searched(now))
    assert change.verdict is Verdict.INCONCLUSIVE
    assert change.value == pytest.approx(now / before - 1)
    assert (change.low, change.high) == (-1.0, math.inf)
    assert "store 3 with --keep, and compare 3 with --searches 3" in change.reason


def test_one_new_search_is_judged_by_how_far_those_that_were_kept_lie_apart() -> None:
    calm, restless = (100, 101, 99, 100, 100), (100, 140, 70, 120, 90)
    assert compared(searched(*calm), searched(65)).verdict is Verdict.REGRESSED
    assert compared(searched(*restless), searched(65)).verdict is Verdict.INCONCLUSIVE


def test_what_could_not_be_told_says_how_many_searches_would_tell() -> None:
    few = compared(searched(100, 108, 93), searched(70))
    assert few.verdict is Verdict.INCONCLUSIVE
    assert "searches of one service differ by 8% here; store about 4 and compare 4 new ones" in few.reason
    enough = compared(searched(100, 108, 93, 100), searched(70, 70 * 1.08, 70 * 0.93, 70))
    assert enough.verdict is Verdict.REGRESSED


def test_what_no_number_of_searches_would_tell_is_said() -> None:
    change = compared(searched(100, 160, 60), searched(60, 100, 160))
    assert change.verdict is Verdict.INCONCLUSIVE
    assert f"even {MAX_SEARCHES} stored and {MAX_SEARCHES} new ones are too few" in change.reason


def test_searches_that_ended_in_the_same_bracket_are_not_taken_to_be_without_spread() -> None:
    assert compared(searched(100, 100), searched(80)).verdict is Verdict.INCONCLUSIVE


def test_a_pass_says_what_it_rules_out() -> None:
    change = compared(searched(100, 102, 98), searched(99, 101, 100))
    assert -0.25 < change.low < change.value < change.high
    assert change.reason == "a drop of 25% is ruled out"
    assert (
        compared(searched(100, 102, 98), searched(80, 81), noise=0.4).reason == "a drop of 40% is ruled out"
    )


def test_other_conditions_are_never_compared_and_the_reason_names_them() -> None:
    poisson, constant = searched(100, 101, arrivals="poisson"), searched(10, 11, arrivals="constant")
    change = compared(poisson, constant)
    assert change.verdict is Verdict.INCONCLUSIVE
    assert math.isnan(change.value)
    assert "arrivals was poisson, is constant" in change.reason
    mixed = compared([*constant, *poisson], constant)
    assert (mixed.stored, mixed.new) == (2, 2)
    assert mixed.value == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("kept", "new"),
    [
        (searched(100, 100, complete=False), searched(10)),
        (searched(100, 100), searched(10, complete=False)),
        (searched(100, 100), searched(None, complete=False)),
    ],
)
def test_a_search_that_did_not_end_decides_nothing(kept: list[SearchResult], new: list[SearchResult]) -> None:
    change = compared(kept, new)
    assert change.verdict is Verdict.INCONCLUSIVE
    assert change.reason == "a search ended before its rate was confirmed; allow more --most-probes"


def test_nothing_can_be_said_against_a_service_without_capacity() -> None:
    change = compared(searched(None, None), searched(0.4))
    assert change.verdict is Verdict.INCONCLUSIVE
    assert change.reason == "a stored search found no capacity; remove it and store another"


@given(RATES, st.floats(min_value=1, max_value=1.05), st.floats(min_value=0.2, max_value=5))
def test_a_change_is_called_one_only_beyond_the_noise(rate: float, width: float, factor: float) -> None:
    before = searched(rate, rate, rate, rate, width=width)
    verdict = compared(before, searched(*[rate * factor] * 4, width=width)).verdict
    if verdict is Verdict.REGRESSED:
        assert factor < 1 - NOISE + 1e-9
    elif verdict is Verdict.IMPROVED:
        assert factor > 1 + NOISE - 1e-9
    elif verdict is Verdict.UNCHANGED:
        assert factor > 0.75 - 1e-9


@given(RATES, st.floats(min_value=0.2, max_value=5))
def test_the_unit_of_rates_does_not_matter(rate: float, factor: float) -> None:
    once = compared(searched(rate, rate * 1.1), searched(rate * factor))
    scaled = compared(searched(60 * rate, 66 * rate), searched(60 * rate * factor))
    assert scaled.low == pytest.approx(once.low, abs=1e-9)
    assert scaled.high == pytest.approx(once.high, rel=1e-9)
