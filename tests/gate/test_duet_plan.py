"""How many rounds a duet plans."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.configuration.policy import Policy
from mario_perf.gate.duet import Duet
from mario_perf.gate.load_process import LoadPlan
from mario_perf.gate.sides import ServiceTarget
from mario_perf.gate.sides import serve_targets as running_services
from mario_perf.judgement.sequential import KEPT
from mario_perf.sources.source import open_source

POLICY = Policy()
SERVING = running_services(
    ServiceTarget("http://127.0.0.1:1", None, "/metrics"),
    ServiceTarget("http://127.0.0.1:2", None, "/metrics"),
)


def duet(longest: float, most: int | None, window: float = 5.0) -> Duet:
    return Duet(
        serving=SERVING,
        load=LoadPlan(
            users=2,
            seed=1,
            scenario="mario",
            warm_up=1.0,
            window=window,
            think="0",
            quiet=0.3,
            initial_idle=0.0,
        ),
        policy=POLICY,
        source_of=open_source(POLICY),
        folder=Path("runs"),
        max_duration=longest,
        max_rounds=most,
        until_decided=True,
    )


@given(longest=st.floats(10, 10_000), window=st.floats(2, 60), most=st.none() | st.integers(1, 500))
def test_rounds_fit_in_the_time_and_in_what_was_asked_for(
    longest: float, window: float, most: int | None
) -> None:
    asked = duet(longest, most, window)
    rounds = asked.plan.rounds
    assert rounds == 1 or rounds * asked.load.total_time <= longest
    assert most is None or rounds <= most


@given(longest=st.floats(10, 10_000), most=st.none() | st.integers(1, 500))
def test_all_looks_together_spend_what_was_promised_but_for_a_tenth(longest: float, most: int | None) -> None:
    plan = duet(longest, most).plan
    spent = sum(alpha for _, alpha in (*plan.early, *plan.looks))
    assert spent == pytest.approx((1 - KEPT) * POLICY.false_alarm_rate)


@given(longest=st.floats(10, 10_000), most=st.none() | st.integers(1, 500))
def test_of_all_rounds_whatever_they_say_there_is_one_look_that_spends_as_much(
    longest: float, most: int | None
) -> None:
    asked = duet(longest, most)
    whole = replace(asked, until_decided=False).plan
    ((rounds, alpha),) = whole.looks
    assert rounds == asked.plan.rounds
    assert alpha == pytest.approx((1 - KEPT) * POLICY.false_alarm_rate)


def test_a_round_is_expected_to_take_its_load_and_what_is_around_it() -> None:
    load = duet(180.0, None, window=5.0).load
    assert load.run_time == 7
    assert load.total_time > load.run_time


@given(longest=st.floats(10, 10_000), gone=st.floats(0, 10_000))
def test_what_is_gone_before_the_first_round_leaves_room_for_fewer(longest: float, gone: float) -> None:
    asked = duet(longest, None)
    rounds = replace(asked, elapsed=gone).plan.rounds
    assert rounds == 1 or rounds * asked.load.total_time <= longest - gone
