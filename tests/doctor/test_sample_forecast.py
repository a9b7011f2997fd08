"""What a gate will have to judge by is foretold from one round."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.doctor.diagnosis import Rating
from mario_perf.doctor.sample_forecast import of_samples
from mario_perf.gate.round_plan import RoundCost

POLICY = Policy()


def test_a_round_tells_how_many_executions_a_gate_of_180_s_will_have() -> None:
    found = of_samples(RoundCost(5.7, 2.0, {"browse": 200, "order": 20}), POLICY)
    assert found.level is Rating.OK
    rounds = int(176 / (3.7 + 3.7))
    assert f"about {int(37 * rounds)} of order, {int(370 * rounds)} of browse" in found.finding


def test_a_step_that_is_too_rare_is_told_with_the_time_that_it_needs() -> None:
    found = of_samples(RoundCost(5.7, 2.0, {"browse": 200, "order": 1}), POLICY)
    assert found.level is Rating.ATTENTION
    assert "too few to call order unchanged" in found.finding
    assert "browse unchanged" not in found.finding
    advised = int(found.advice.split("--max-duration ")[1].split()[0].rstrip(","))
    window = 6.0  # a round waits for three executions of each operation
    assert int((advised - 4) / (3.7 + window)) * window / 2.0 >= 100


def test_starts_that_take_longer_than_what_is_measured_ask_for_longer_rounds() -> None:
    found = of_samples(RoundCost(42.0, 2.0, {"order": 1}), POLICY)
    assert "--round-duration 40" in found.advice


def test_the_policy_may_ask_for_fewer() -> None:
    few = replace(POLICY, operations={"order": Thresholds(min_samples=5)})
    assert of_samples(RoundCost(5.7, 2.0, {"order": 1}), few).level is Rating.OK


@given(
    st.floats(2.0, 60.0),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 10_000), min_size=1),
)
def test_attention_is_for_what_will_be_too_rare(overhead: float, executions: dict[str, int]) -> None:
    found = of_samples(RoundCost(overhead + 2.0, 2.0, executions), POLICY)
    assert (found.level is Rating.ATTENTION) == ("--max-duration" in found.advice)
    assert found.subject == "samples"


@pytest.mark.parametrize("name", ["a", "b"])
def test_each_operation_is_in_the_forecast(name: str) -> None:
    assert f"of {name}" in of_samples(RoundCost(5.0, 2.0, {"a": 50, "b": 60}), POLICY).finding
