"""Reasons and advice: each is true for all operations that it names, and fits the cause."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.judgement import doubts, next_steps
from mario_perf.judgement.doubts import Cause
from mario_perf.model import Estimate, GateResult, OperationResult, Outcome, Verdict
from mario_perf.run_record import Alternation, Look
from tests.reports import samples

POLICY = Policy()


def wide(name: str, detectable: float) -> OperationResult:
    """Open: its interval says too little."""
    one = samples.compared(name, "query", 0.002, (0.01, -0.05, 0.08), Verdict.INCONCLUSIVE)
    latency = replace(one.comparisons[0], detectable=detectable)
    return replace(one, comparisons=(latency, *one.comparisons[1:]))


def inconclusive(*operations: OperationResult) -> GateResult:
    return replace(samples.gate(*operations), outcome=Outcome.INCONCLUSIVE)


def test_one_sentence_holds_for_all_operations_that_it_names() -> None:
    told = next_steps.reasons(inconclusive(wide("GetA", 0.07), wide("GetB", 0.13), wide("GetC", 0.2)), POLICY)
    assert told[0] == (
        "The noise hides a change of the typical time of less than 7.0 to 20 %, and the policy's resolution "
        "is 5.0 %: GetA, GetB, GetC."
    )


def test_the_load_of_the_machine_is_told_before_and_during() -> None:
    told = next_steps.reasons(inconclusive(wide("GetA", 0.07)), POLICY)
    assert told[-1] == (
        "The load average was 0.4 before the first run, up to 0.4 during the gate, on 2 cores."
    )


def test_each_cause_is_told_apart() -> None:
    likely = samples.compared("GetB", "query", 0.002, (0.06, 0.035, 0.09), Verdict.INCONCLUSIVE)
    found = doubts.doubts([wide("GetA", 0.07), likely, samples.without_data("Never")], POLICY)
    assert [each.cause for each in found] == [Cause.NOISE, Cause.LIKELY, Cause.FEW]
    assert doubts.reason(found[1], POLICY) == (
        "The typical time probably rose by more than the noise threshold of 3.0 %, and chance is not ruled "
        "out: GetB."
    )
    assert doubts.reason(found[2], POLICY) == "There were too few executions: Never (0 of 100)."


def test_one_round_of_many_executions_has_not_too_few_of_them() -> None:
    unknown = Estimate(math.nan, -math.inf, math.inf, 0.95)
    open_ones = [wide(name, math.inf) for name in ("GetA", "GetB")]
    found = doubts.doubts(
        [replace(one, comparisons=(replace(one.comparisons[0], change=unknown),)) for one in open_ones],
        POLICY,
    )
    assert [doubts.reason(each, POLICY) for each in found] == [
        "The run was too short, or its noise too large, to show any change of the typical time: GetA, GetB."
    ]


def test_an_explanation_of_its_own_is_kept() -> None:
    elsewhere = [replace(wide(name, 0.07), explanation="It was measured elsewhere.") for name in "AB"]
    (found,) = doubts.doubts(elsewhere, POLICY)
    assert doubts.reason(found, POLICY) == "A, B: It was measured elsewhere."


def test_a_pass_says_what_it_could_have_missed() -> None:
    passed = [one for one in samples.operations() if one.verdict is Verdict.UNCHANGED]
    (told,) = next_steps.reasons(replace(samples.gate(*passed), outcome=Outcome.PASS), POLICY)
    assert told == (
        "Smaller rises than these may have been missed: typical time 5.0 %, error ratio 1.0 points, "
        "share of slow executions 1.0 points."
    )
    assert next_steps.next_steps(replace(samples.gate(*passed), outcome=Outcome.PASS), (), POLICY) == ()


def test_a_pass_under_load_says_so_beside_what_it_could_have_missed() -> None:
    passed = [replace(one, part="load") for one in samples.operations() if one.verdict is Verdict.UNCHANGED]
    (reason,) = next_steps.reasons(replace(samples.gate(*passed), outcome=Outcome.PASS), POLICY)
    assert reason.startswith("Smaller rises than these may have been missed under load: ")


def test_where_less_was_ruled_out_for_one_operation_a_pass_names_it() -> None:
    passed = [one for one in samples.operations() if one.verdict is Verdict.UNCHANGED]
    first, *others = passed[0].comparisons
    wider = replace(passed[0], comparisons=(replace(first, resolution=0.2), *others))
    result = replace(samples.gate(wider, *passed[1:]), outcome=Outcome.PASS)
    (told,) = next_steps.reasons(result, POLICY)
    assert f"typical time 20 % ({wider.operation.name})" in told


def test_a_busy_machine_is_to_be_quieted_and_a_quiet_one_is_not() -> None:
    quiet = inconclusive(wide("GetA", 0.07))
    first = quiet.runs[0]
    machine = first.environment.model_copy(update={"load_average": (5.3, 4.0, 3.0)})
    busy = replace(quiet, runs=(first.model_copy(update={"environment": machine}), *quiet.runs[1:]))
    assert next_steps.next_steps(busy, (), POLICY)[0] == "Stop other work on this machine, then run again."
    assert not any("other work" in step for step in next_steps.next_steps(quiet, (), POLICY))


def test_a_baseline_from_elsewhere_is_to_be_measured_side_by_side() -> None:
    elsewhere = replace(wide("GetA", 0.07), explanation="The baseline was measured elsewhere.")
    result = replace(inconclusive(elsewhere), method="stored", environment_changes={"cores": ("2", "4")})
    (step,) = next_steps.next_steps(result, (), POLICY)
    assert step.startswith("Compare both builds side by side")


@pytest.mark.parametrize(("kept", "advised"), [(1, True), (2, True), (3, False)])
def test_where_few_runs_are_kept_more_are_to_be_kept(kept: int, advised: bool) -> None:  # noqa: FBT001
    runs = tuple(f"run-{number}" for number in range(kept))
    result = inconclusive(wide("GetA", 0.07))
    result = replace(result, method="stored", baseline_runs=runs, environment_changes={})
    first = next_steps.next_steps(result, (), POLICY)[0]
    assert first.startswith("Keep more runs of the baseline, at best five") == advised


def test_a_baseline_of_another_load_is_to_be_loaded_alike_or_saved_anew() -> None:
    otherwise = replace(wide("GetA", 0.07), explanation="The baseline was measured otherwise.")
    result = replace(inconclusive(otherwise), method="stored", environment_changes={"users": ("20", "1")})
    assert next_steps.next_steps(result, (), POLICY)[0].startswith("Load the service as in the kept runs")


@pytest.mark.parametrize(("think", "advised"), [((0.05, 0.2), True), ((0.0, 0.0), False), (None, False)])
def test_stored_runs_are_to_be_played_without_pauses(
    think: tuple[float, float] | None,
    advised: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    result = inconclusive(wide("GetA", 0.07))
    now = tuple(run.model_copy(update={"think": think}) for run in result.runs)
    steps = next_steps.next_steps(replace(result, method="stored", runs=now), (), POLICY)
    assert any(step.startswith("Play runs without pauses (-u 1 --think 0)") for step in steps) == advised


def test_what_is_executed_too_rarely_gets_the_time_that_it_needs() -> None:
    rare = samples.compared("Rare", "query", 0.002, (0.0, -0.01, 0.01), Verdict.INCONCLUSIVE)
    policy = Policy(thresholds=Thresholds(min_samples=9600))  # a gate of 3 rounds, 100 s each, had 2,400
    rounds = [None, None, None]
    (step,) = next_steps.next_steps(inconclusive(rare), rounds, policy)  # type: ignore[arg-type]
    assert step == "About 20 min 10 s would be long enough: mario-perf gate --max-duration 1210."


def test_a_gate_that_could_not_tell_names_the_command_that_goes_on_with_it() -> None:
    rare = samples.compared("Rare", "query", 0.002, (0.0, -0.01, 0.01), Verdict.INCONCLUSIVE)
    result = inconclusive(rare)
    last = result.runs[-1]
    look = Look(runs=tuple(run.run_id for run in result.runs), spent=0.9, missed=0.005)
    looked = replace(result, runs=(*result.runs[:-1], last.model_copy(update={"look": look})))
    policy = Policy(thresholds=Thresholds(min_samples=9600))  # 12 rounds; 3 were played
    rounds = [None, None, None]
    (step,) = next_steps.next_steps(looked, rounds, policy)  # type: ignore[arg-type]
    assert step == (
        "About 15 min 10 s more would be long enough: mario-perf gate --continue latest --max-duration 910."
    )


def test_what_no_gate_of_an_hour_can_show_gets_another_advice() -> None:
    rare = samples.compared("Rare", "query", 0.002, (0.0, -0.01, 0.01), Verdict.INCONCLUSIVE)
    policy = Policy(thresholds=Thresholds(min_samples=10**6))
    rounds = [None, None, None]
    (step,) = next_steps.next_steps(inconclusive(rare), rounds, policy)  # type: ignore[arg-type]
    assert step.startswith("Let the load send Rare more often (min_samples is 1000000)")


def noisy_share(name: str, metric: str) -> OperationResult:
    """Open in a share, of which no change below 40 points shows."""
    one = samples.compared(name, "query", 0.002, (0.01, -0.05, 0.08), Verdict.INCONCLUSIVE)
    (share,) = [each for each in one.comparisons if each.metric == metric]
    share = replace(share, verdict=Verdict.INCONCLUSIVE, detectable=0.4, explanation=one.explanation)
    return replace(one, decided_by=metric, comparisons=(share,))


def test_advice_for_the_part_under_load_names_the_settings_of_that_part() -> None:
    open_ones = inconclusive(noisy_share("GetA", "latency"), noisy_share("GetB", "p95"))
    turns = {"alternation": Alternation(seconds=0.6, turns=12)}
    loaded = replace(open_ones, runs=tuple(each.model_copy(update=turns) for each in open_ones.runs))
    (told,) = next_steps.next_steps(loaded, [], POLICY)
    assert "set a larger load_resolution and load_tail_resolution in perf.toml" in told


def test_noise_in_several_metrics_gets_one_advice_and_a_busy_machine_only_its_cause() -> None:
    quiet = inconclusive(noisy_share("GetA", "error_ratio"), noisy_share("GetB", "slow_share"))
    loaded = quiet.runs[0].environment.model_copy(update={"load_average": (9.0, 9.0, 9.0)})
    busy = replace(quiet, runs=tuple(each.model_copy(update={"environment": loaded}) for each in quiet.runs))
    rounds = [None, None, None]
    (told,) = next_steps.next_steps(quiet, rounds, POLICY)  # type: ignore[arg-type]
    assert told == (
        "Use a quieter machine, or set a larger error_resolution and slow_resolution in perf.toml for what "
        "is open: a gate of an hour would be too short."
    )
    assert next_steps.next_steps(busy, rounds, POLICY) == (  # type: ignore[arg-type]
        "Stop other work on this machine, then run again.",
    )


def test_a_load_test_without_a_baseline_is_told_how_to_be_judged() -> None:
    recorded = replace(samples.gate(), outcome=Outcome.RECORDED)
    (step,) = next_steps.next_steps(recorded, (), POLICY)
    assert "--baseline" in step


def test_a_run_that_shows_nothing_at_all_says_so() -> None:
    told = next_steps.reasons(inconclusive(wide("GetA", math.inf)), POLICY)
    assert told[0] == (
        "The run was too short, or its noise too large, to show any change of the typical time: GetA."
    )


def test_a_single_round_is_to_be_followed_by_more_whatever_is_open() -> None:
    result = inconclusive(wide("GetA", 0.07), samples.without_data("Never"))
    (told,) = next_steps.next_steps(result, [None], POLICY)  # type: ignore[list-item]
    assert told == "Play more rounds: mario-perf gate."


def test_a_regression_that_was_injected_is_not_to_be_accepted() -> None:
    result = samples.gate()
    own, injected = (
        next_steps.with_subject(
            replace(result, next_steps=("Accept it.",)), replace(result.subject, faults=each)
        )
        for each in ((), ("--slow PlaceOrderCommand=1.5",))
    )
    assert own.next_steps == ("Accept it.",)
    assert injected.next_steps == (
        "The gate noticed what was injected (--slow PlaceOrderCommand=1.5). Gate your code without it.",
    )
