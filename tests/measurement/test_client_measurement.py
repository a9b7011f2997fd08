"""A service without metrics is judged by what its client saw, with the same statistics."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mario_perf.configuration.policy import CLIENT, Load, Policy, Service, Thresholds
from mario_perf.errors import UserError
from mario_perf.judgement.judge import conclude
from mario_perf.load.record.latency_counts import Latencies
from mario_perf.measurement.client_measurement import BOUNDS
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import GateResult, Outcome, Verdict
from mario_perf.reports import html_report, terminal_report
from mario_perf.run_record import Side, StepCounts, TargetRecord
from mario_perf.runs import Run
from mario_perf.sources.connection import Connection
from mario_perf.sources.source import Source, open_source
from tests.simulated_runs import record, target

POLICY = Policy(
    service=Service(metrics=CLIENT),
    thresholds=Thresholds(latency_resolution=0.3, tail_resolution=1.0, error_resolution=0.05),
)
STEPS = {"browse": 0.004, "order": 0.010}
ROUNDS = 6
SENT = 200


def seen(side: Side, seed: int, slower: float = 1.0, **order: Any) -> TargetRecord:
    """One side of a round: each step was sent ``SENT`` times, and only orders are slower."""
    random = np.random.default_rng(seed)
    latencies = []
    for step, typical in STEPS.items():
        times = Latencies()
        level = typical * (slower if step == "order" else 1.0) * random.lognormal(0.0, 0.01)
        for seconds in level * random.lognormal(0.0, 0.3, SENT):
            times.add(float(seconds))
        latencies.append(times.record(step))
    sent = target(dict.fromkeys(STEPS, SENT), side=side, operation=None)
    steps = tuple(step.model_copy(update=order if step.step == "order" else {}) for step in sent.in_window)
    changes = {"url": f"http://127.0.0.1:{seed}", "whole_run": steps, "in_window": steps}
    return sent.model_copy(update={**changes, "latencies": tuple(latencies)})


def duet(number: int, slower: float = 1.0, **order: Any) -> MeasuredRun:
    sides = seen("baseline", 2 * number), seen("candidate", 2 * number + 1, slower, **order)
    return measured(record(*sides, run_id=f"round-{number}", scrape_interval=None))


def measured(of: Any) -> MeasuredRun:
    return measure_run(Run(Path("runs/one"), of), Source(None))


def judged(slower: float = 1.0, policy: Policy = POLICY, **order: Any) -> GateResult:
    return conclude([duet(number, slower, **order) for number in range(1, ROUNDS + 1)], None, policy)


def verdicts(result: GateResult) -> dict[str, Verdict]:
    return {each.operation.name: each.verdict for each in result.operations}


def test_an_unchanged_service_passes_without_any_metrics() -> None:
    result = judged()
    assert result.outcome is Outcome.PASS, result.sentence
    assert set(verdicts(result)) == set(STEPS)


def test_the_step_that_became_slower_is_red_and_the_other_is_not() -> None:
    result = judged(slower=1.3)
    assert result.outcome is Outcome.REGRESSED
    assert verdicts(result)["order"] is Verdict.REGRESSED
    assert verdicts(result)["browse"] is not Verdict.REGRESSED


def test_the_step_that_fails_more_often_is_red() -> None:
    result = judged(failed=40, errors={"HTTP 500": 40}, statuses={"200": 160, "500": 40})
    (order,) = (each for each in result.operations if each.operation.name == "order")
    assert (order.verdict, order.decided_by) == (Verdict.REGRESSED, "error_ratio")
    assert order.candidate is not None
    assert order.candidate.error_ratio == pytest.approx(0.2)


def test_statuses_that_a_step_expects_are_no_failures() -> None:
    result = judged(business=150, statuses={"200": 50, "409": 150})
    assert result.outcome is Outcome.PASS


def test_it_is_said_once_what_was_not_seen_and_no_check_of_metrics_is_claimed() -> None:
    result = judged()
    (told,) = (each.message for each in result.findings if each.code == "client-only")
    for unseen in ("time inside the service", "executions without a step", "restarts"):
        assert unseen in told
    assert told in " ".join(terminal_report.render(result).split())
    assert result.reconciliation == ()
    assert result.queries == {}
    held = json.dumps([each.code for each in result.findings])
    assert "not-reconciled" not in held


def test_a_time_is_compared_once_and_not_as_service_time_and_response_time() -> None:
    (first, *_) = judged().operations
    metrics = [each.metric for each in first.comparisons]
    assert "latency" in metrics
    assert "response_time" not in metrics
    assert "response_errors" not in metrics


def test_rounds_of_services_at_the_same_addresses_are_rounds_of_the_same_processes() -> None:
    rounds = [duet(number) for number in range(1, ROUNDS + 1)]
    same = [
        replace(each, sides=tuple(replace(side, url=f"http://{side.side}") for side in each.sides))
        for each in rounds
    ]
    assert "same-processes" in {each.code for each in conclude(same, None, POLICY).findings}
    assert "same-processes" not in {each.code for each in conclude(rounds, None, POLICY).findings}


def test_counts_and_sums_are_those_of_the_recorded_response_times() -> None:
    one = duet(3).candidate
    order = one.measurements["order"]
    recorded = next(each for each in seen("candidate", 7).latencies if each.step == "order")
    assert order.histogram.sum() == order.executions == SENT
    assert order.time_spent == pytest.approx(recorded.mean * SENT)
    half = BOUNDS[np.searchsorted(order.histogram.cumsum(), SENT / 2)]
    assert half == pytest.approx(recorded.p50, rel=0.07)


def test_a_policy_may_name_a_step_to_ignore() -> None:
    ignoring = replace(POLICY, operations={"order": Thresholds(ignore=True)})
    assert set(verdicts(judged(slower=2.0, policy=ignoring))) == {"browse"}


def test_no_prometheus_is_asked_about_a_service_without_metrics() -> None:
    assert open_source(POLICY)(Run(Path(), record())).metrics is None
    with pytest.raises(UserError, match="leave out --prometheus"):
        open_source(POLICY, Connection("http://127.0.0.1:9"))


def test_requests_without_an_answer_count_as_failures() -> None:
    steps = (StepCounts(step="order", started=10, reached=7, abandoned=3, statuses={"200": 7}),)
    lost = seen("candidate", 1).model_copy(update={"in_window": steps, "whole_run": steps})
    one = measured(record(lost, scrape_interval=None)).candidate
    assert one.measurements["order"].failures == {"no answer": 3}
    assert "abandoned-requests" in {each.code for each in one.findings}


def test_operations_of_the_policy_do_not_rename_steps_where_steps_are_judged() -> None:
    renaming = replace(POLICY, load=Load(operations={"order": ("PlaceOrderCommand",)}))
    source = open_source(renaming)(Run(Path(), record()))
    found = measure_run(Run(Path("runs/one"), record(seen("candidate", 1), scrape_interval=None)), source)
    assert set(found.candidate.measurements) == set(STEPS)


def test_a_report_shows_response_times_and_no_service_times() -> None:
    page = html_report.render(judged())
    assert "Response time: each area" in page
    assert "Service time" not in page
    assert ">service, " not in page
    assert ">client, baseline" in page
