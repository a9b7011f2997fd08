"""What the client saw decides beside what the service says of itself."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy import Policy
from mario_perf.judgement import duet_results, stored_results
from mario_perf.model import Comparison, Measurement, OperationResult, Requests, RunMeasurement, Verdict

WORLD = World(apart=0.01, burst=0.0, samples=30, rounds=10)
CHANGED, SAME = "Operation0", "Operation1"
SIMULATED = gate(WORLD, np.random.default_rng(7))
NOISE = 0.02
"""Standard deviation of what the client's own noise moves a round's response time by."""

See = Callable[[Measurement, np.random.Generator], Requests]


def answered(
    measurement: Measurement, random: np.random.Generator, outside: float = 0.005, failing: float = 0.0
) -> Requests:
    """A client that waits ``outside`` seconds longer than the handler takes."""
    handler = measurement.time_spent / measurement.executions
    failed = int(random.binomial(measurement.executions, failing))
    failures = {"HTTP 503": failed} if failed else {}
    waited, slow = (handler + outside) * np.exp(random.normal(0, NOISE, 2))
    return Requests(measurement.executions, failures, 0, float(waited), p95=float(3 * slow))


def rounds(
    changed: See = answered, *, told: bool = True, seed: int = 1
) -> list[tuple[RunMeasurement, RunMeasurement]]:
    """The simulated rounds, and what the client saw of them: ``changed`` of one operation's candidate."""
    random = np.random.default_rng(seed)

    def seen(run: RunMeasurement) -> RunMeasurement:
        measurements = {
            name: replace(
                each,
                requests=(changed if (name, run.side) == (CHANGED, "candidate") else answered)(each, random),
            )
            for name, each in run.measurements.items()
        }
        return replace(run, measurements=measurements, tells_failures=told)

    return [(seen(baseline), seen(candidate)) for baseline, candidate in SIMULATED]


def half_fails(measurement: Measurement, random: np.random.Generator) -> Requests:
    return answered(measurement, random, failing=0.5)


def waits_longer(measurement: Measurement, random: np.random.Generator) -> Requests:
    return answered(measurement, random, outside=0.010)


def queues_now_and_then(measurement: Measurement, random: np.random.Generator) -> Requests:
    usual = answered(measurement, random)
    return replace(usual, p95=1.8 * usual.p95)


def judged(
    played: list[tuple[RunMeasurement, RunMeasurement]], policy: Policy | None = None
) -> dict[str, OperationResult]:
    return {each.operation.name: each for each in duet_results.compare(played, policy or Policy(), 0.01)}


def under_load(played: list[tuple[RunMeasurement, RunMeasurement]]) -> dict[str, OperationResult]:
    loaded = [
        (replace(baseline, part="load"), replace(candidate, part="load")) for baseline, candidate in played
    ]
    return judged(loaded, Policy().under_load())


def red(results: dict[str, OperationResult]) -> list[str]:
    return [name for name, each in results.items() if each.verdict is Verdict.REGRESSED]


def check(result: OperationResult, metric: str) -> Comparison:
    return next(each for each in result.comparisons if each.metric == metric)


def test_where_the_service_tells_no_failures_the_clients_are_the_failures() -> None:
    results = judged(rounds(half_fails, told=False))
    assert red(results) == [CHANGED]
    found = results[CHANGED]
    assert found.decided_by == "error_ratio"
    assert found.candidate is not None
    assert found.candidate.error_ratio == pytest.approx(0.5, abs=0.05)
    assert set(found.candidate.failures) == {"HTTP 503"}
    assert all(each.metric != "response_errors" for each in found.comparisons)


def test_failures_that_the_service_does_not_count_are_judged_beside_its_own() -> None:
    results = judged(rounds(half_fails))
    assert red(results) == [CHANGED]
    assert results[CHANGED].decided_by == "response_errors"
    assert check(results[CHANGED], "error_ratio").verdict is Verdict.UNCHANGED
    assert "share of failed requests" in results[CHANGED].explanation


def test_time_outside_of_the_handler_is_red_and_the_sentence_says_where_it_is() -> None:
    results = judged(rounds(waits_longer))
    assert red(results) == [CHANGED]
    found = results[CHANGED]
    assert found.decided_by == "response_time"
    assert check(found, "latency").verdict is not Verdict.REGRESSED
    assert "look outside it, as in the HTTP layer or a queue" in found.explanation


def test_time_in_the_handler_is_told_to_be_there() -> None:
    slower = gate(WORLD, np.random.default_rng(7), slower=4.0)
    random = np.random.default_rng(3)
    played = [
        tuple(
            replace(
                run,
                measurements={
                    name: replace(each, requests=answered(each, random, 0.0001))
                    for name, each in run.measurements.items()
                },
            )
            for run in pair
        )
        for pair in slower
    ]
    found = judged([(baseline, candidate) for baseline, candidate in played])[CHANGED]
    response = check(found, "response_time")
    assert (found.verdict, response.verdict) == (Verdict.REGRESSED, Verdict.REGRESSED)
    assert response.explanation.endswith(": look there.")


def test_what_waits_now_and_then_is_red_under_load_by_the_p95_of_response_time() -> None:
    results = under_load(rounds(queues_now_and_then))
    assert red(results) == [CHANGED]
    found = results[CHANGED]
    assert found.decided_by == "response_p95"
    assert "The p95 of response time changed by" in found.explanation
    assert check(found, "response_time").verdict is Verdict.UNCHANGED


def test_alone_no_request_waits_and_the_p95_of_response_time_is_not_compared() -> None:
    results = judged(rounds(queues_now_and_then))
    assert red(results) == []
    assert all(each.metric != "response_p95" for each in results[CHANGED].comparisons)


def test_under_load_both_p95_and_of_typical_times_only_the_clients_decide() -> None:
    found = under_load(rounds())[SAME]
    deciding = {each.metric for each in found.comparisons if each.gating}
    assert deciding == {"p95", "error_ratio", "response_errors", "response_time", "response_p95"}


def test_one_round_shows_no_spread_of_response_times_and_decides_nothing_by_them() -> None:
    (found, *_) = judged(rounds(waits_longer)[:1]).values()
    response = check(found, "response_time")
    assert not response.gating
    assert response.change.high == np.inf


def test_a_stored_baseline_judges_what_failed_and_only_shows_response_times() -> None:
    played = rounds(half_fails, told=False)
    kept, now = [pair[0] for pair in played[:5]], [pair[1] for pair in played[5:]]
    results = {each.operation.name: each for each in stored_results.compare(kept, now, Policy(), 0.01)}
    assert check(results[CHANGED], "error_ratio").verdict is Verdict.REGRESSED
    assert not check(results[SAME], "response_time").gating


def test_an_operation_that_no_step_names_is_judged_by_the_service_alone() -> None:
    silent = [
        tuple(
            replace(
                run,
                measurements={n: replace(m, requests=None) for n, m in run.measurements.items()},
                tells_failures=False,
            )
            for run in pair
        )
        for pair in SIMULATED
    ]
    found = judged([(baseline, candidate) for baseline, candidate in silent])[SAME]
    assert not any(each.gating for each in found.comparisons if each.metric == "response_time")
    assert check(found, "error_ratio").verdict is Verdict.UNCHANGED


@pytest.mark.simulation
def test_unchanged_gates_stay_green_with_the_clients_checks() -> None:
    """At 1 % promised for the whole gate, two false alarms in 30 have a chance of 4 %."""
    wrong = sum(bool(red(judged(rounds(seed=seed)))) for seed in range(30))
    assert wrong <= 1
