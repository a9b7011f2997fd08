"""Which rounds fit, how long their windows are, and what is to be expected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.gate.round_plan import (
    RoundCost,
    Shortage,
    describe_timeout,
    next_window,
    rounds_left,
    shortage,
    typical_seconds,
    with_start,
)

ROUNDS = st.lists(
    st.builds(
        lambda window, overhead, count: RoundCost(window + overhead, window, {"A": count}),
        st.floats(1.0, 60.0),
        st.floats(1.0, 60.0),
        st.integers(0, 500),
    ),
    max_size=8,
)


def spent(seconds: float, window: float = 3.7, executions: int = 50) -> RoundCost:
    return RoundCost(seconds, window, {"GetMenuQuery": executions})


def test_one_slow_start_among_others_does_not_end_a_gate() -> None:
    rounds = [spent(9.0), spent(9.0), spent(80.0)]
    assert typical_seconds(rounds, 8.0) == 9.0
    assert rounds_left(rounds, 8.0, remaining=60.0) == 6


def test_rounds_that_take_longer_now_leave_room_for_fewer() -> None:
    rounds = [spent(9.0), spent(9.0), spent(30.0), spent(30.0), spent(30.0)]
    assert rounds_left(rounds, 8.0, remaining=70.0) == 2


def test_the_first_round_is_played_though_it_does_not_fit() -> None:
    assert rounds_left([], 8.0, remaining=3.0) == 1
    assert rounds_left([spent(8.0)], 8.0, remaining=3.0) == 0


def test_a_window_stays_as_asked_for_where_starts_are_quick() -> None:
    assert next_window(3.7, [spent(8.5)], remaining=170.0) == 3.7


def test_a_window_grows_with_what_a_start_costs() -> None:
    assert next_window(3.7, [spent(23.7)], remaining=156.0) == pytest.approx(11.2)
    assert next_window(3.7, [spent(23.7)] * 2, remaining=600.0) == pytest.approx(14.0)


def test_a_window_grows_until_each_operation_is_executed_some_times() -> None:
    assert next_window(3.7, [spent(8.7, executions=1)], remaining=600.0) == pytest.approx(11.1)
    assert next_window(3.7, [spent(8.7, executions=3)], remaining=600.0) == 3.7


def test_a_window_grows_at_once_with_a_start_that_took_long_as_far_as_there_is_time() -> None:
    assert with_start(3.7, start=2.0, remaining=170.0) == 3.7
    assert with_start(3.7, start=30.0, remaining=140.0) == pytest.approx(21.0)
    assert with_start(3.7, start=30.0, remaining=24.0) == 12.0
    assert with_start(3.7, start=30.0, remaining=2.0) == 3.7


@given(ROUNDS, st.floats(2.0, 30.0), st.floats(0.0, 1000.0))
def test_a_window_is_never_shorter_than_asked_for_and_grows_only_as_far_as_there_is_time(
    rounds: list[RoundCost], asked: float, remaining: float
) -> None:
    window = next_window(asked, rounds, remaining)
    assert window == asked or asked < window <= remaining


def test_what_is_to_be_expected_is_told_with_a_time_that_would_do() -> None:
    told = shortage([spent(20.0, executions=5)], {"GetMenuQuery": 100}, elapsed=30.0, remaining=150.0)
    assert told == Shortage("GetMenuQuery", 40, 100, 410.0)
    assert told.describe() == (
        "GetMenuQuery will have 40 of the 100 executions that a verdict needs: give --max-duration 410"
    )


@given(st.floats(5.0, 100.0), st.integers(1, 50), st.integers(1, 8), st.integers(1, 1000))
def test_rounds_at_the_same_pace_give_enough_in_the_time_that_is_advised(
    seconds: float, executions: int, count: int, needed: int
) -> None:
    rounds = [spent(seconds, executions=executions)] * count
    told = shortage(rounds, {"GetMenuQuery": needed}, elapsed=count * seconds, remaining=0.0)
    assert (told is None) == (count * executions >= needed)
    if told is not None:
        assert (told.seconds / seconds + 1) * executions >= needed


def test_a_gate_of_hours_is_not_advised() -> None:
    told = shortage([spent(20.0, executions=1)], {"GetMenuQuery": 1000}, elapsed=30.0, remaining=150.0)
    assert told is not None
    assert told.describe().endswith(
        "even an hour is too short; set a lower min_samples for it, or ignore = true"
    )


def test_operations_that_need_none_are_not_short() -> None:
    assert shortage([spent(20.0, executions=0)], {"GetMenuQuery": 0}, 30.0, 10.0) is None


def test_the_end_says_where_the_time_went_and_which_flags_help() -> None:
    quick, slow = [spent(6.0, window=4.0)] * 3, [spent(30.0, window=10.0)] * 3
    assert describe_timeout(quick, 180.0) == (
        "the time was too short for a verdict: 3 rounds in 180 s, 12 s of them measured"
    )
    assert describe_timeout(slow, 100.0).endswith(
        "; starts and ends take 20 s of each round: give --round-duration 20"
    )
