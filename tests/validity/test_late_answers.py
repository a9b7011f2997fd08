"""A candidate that does not answer in time where the baseline does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.model import Severity
from mario_perf.run_record import Side, StepCounts, TargetRecord
from mario_perf.validity.late_answers import FACTOR, MIN_SECONDS, late_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

FAST = (0.002, 0.003, 0.02)
SECONDS = st.floats(0.0001, 100.0)


def side(name: Side, seconds: Sequence[float], answered: int | None = None) -> TargetRecord:
    """Menus were asked for, and each came after so many seconds; only some were answers."""
    count = len(seconds) if answered is None else answered
    step = StepCounts(
        step="read menu",
        operation="GetMenuQuery",
        started=len(seconds),
        abandoned=len(seconds) - count,
        fastest=min(seconds, default=None),
        slowest=max(seconds, default=None),
    )
    return TargetRecord(side=name, url="http://a", metrics_url="http://a/m", whole_run=(step,), in_window=())


def round_(
    baseline: Sequence[float], candidate: Sequence[float], answered: int | None = None
) -> tuple[TargetRecord, TargetRecord]:
    return side("baseline", baseline), side("candidate", candidate, answered)


def test_a_step_that_is_late_in_each_round_is_named_with_its_times() -> None:
    (late,) = late_steps([round_(FAST, (5.0, 5.1)), round_(FAST, (5.2,))])
    assert late.finding().message == (
        "read menu (GetMenuQuery): each of 3 requests took 5 s or more on the candidate, in 2 rounds; "
        "the baseline answered each within 20 ms"
    )


def test_a_step_that_is_never_answered_is_told_as_that() -> None:
    (late,) = late_steps([round_(FAST, (30.0, 30.1), 0), round_(FAST, (30.0,), 0)])
    assert "none of 3 requests was answered within 30 s on the candidate" in late.finding().message


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param([round_(FAST, (5.0, 5.0, 5.0))], id="one process that hangs"),
        pytest.param([round_(FAST, (5.0,)), round_(FAST, (5.0,))], id="too few requests"),
        pytest.param([round_(FAST, (5.0, 5.0)), round_(FAST, (5.0, 0.02))], id="one answer in time"),
        pytest.param([round_(FAST, (5.0, 5.0)), round_((0.6,), (5.0,))], id="a baseline that is slow, too"),
        pytest.param([round_(FAST, (0.9, 0.9)), round_(FAST, (0.9,))], id="not long enough to matter here"),
        pytest.param([round_((), (5.0, 5.0)), round_((), (5.0,))], id="a baseline that was never asked"),
        pytest.param([(side("candidate", (5.0, 5.0, 5.0)),)] * 2, id="no duet"),
    ],
)
def test_what_may_be_chance_or_harmless_is_not_certain(rounds: Sequence[Sequence[TargetRecord]]) -> None:
    assert not any(step.certain for step in late_steps(rounds))


def test_a_baseline_without_an_answer_proves_nothing_about_the_candidate() -> None:
    baseline = side("baseline", (0.01, 0.01), answered=1)
    rounds = [(baseline, side("candidate", (5.0, 5.0)))] * 2
    assert late_steps(rounds) == ()


def test_one_late_round_is_told_with_what_would_prove_it() -> None:
    (late,) = late_steps([round_(FAST, (5.0,))])
    assert late.finding(Severity.WARNING).message == (
        "read menu (GetMenuQuery): each of 1 request took 5 s or more on the candidate, in 1 round; the "
        "baseline answered each within 20 ms; more rounds would prove it, so give a longer --max-duration"
    )
    assert late_steps([round_(FAST, FAST)]) == ()


@given(st.lists(st.tuples(st.lists(SECONDS, max_size=4), st.lists(SECONDS, max_size=4)), max_size=4))
def test_a_late_step_is_late_in_every_request_whatever_was_seen(
    seen: list[tuple[list[float], list[float]]],
) -> None:
    for late in late_steps([round_(*both) for both in seen]):
        slowest = max(each for baseline, _ in seen for each in baseline)
        fastest = min(each for _, candidate in seen for each in candidate)
        assert fastest >= max(MIN_SECONDS, FACTOR * slowest)
        assert late.requests == sum(len(candidate) for _, candidate in seen)
