from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.reports import run_evidence as evidence
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult
    from mario_perf.run_record import Latency, RunRecord


def test_client_times_belong_to_the_operation_that_the_step_triggers() -> None:
    times = evidence.client_times([samples.run(1, ["PlaceOrderCommand"])])
    assert set(times) == {"PlaceOrderCommand"}
    seen = {side: [step for step, _ in client.steps] for side, client in times["PlaceOrderCommand"].items()}
    assert seen == {"baseline": ["do PlaceOrderCommand"], "candidate": ["do PlaceOrderCommand"]}


def response_times(median: float) -> Latencies:
    return samples.response_times(samples.histogram(median, 0.25, 2400))


def with_latencies(
    run: RunRecord, latencies: tuple[Latency, ...], intended: tuple[Latency, ...] = ()
) -> RunRecord:
    """The same run, its candidate with these response times."""
    baseline, candidate = run.targets
    changed = candidate.model_copy(update={"latencies": latencies, "latencies_from_intended": intended})
    return run.model_copy(update={"targets": (baseline, changed)})


def test_several_runs_are_one_count_of_response_times() -> None:
    runs = [
        with_latencies(samples.run(number, ["A"]), (response_times(median).record("do A"),))
        for number, median in ((1, 0.004), (2, 0.02))
    ]
    both = Latencies()
    for median in (0.004, 0.02):
        both.merge(response_times(median))
    record, seen = both.record("do A"), evidence.client_times(runs)["A"]["candidate"].from_sending
    assert seen is not None
    assert (seen.count, seen.p95) == (4800, record.p95)
    assert seen.mean == pytest.approx(record.mean)


def test_steps_of_one_operation_wait_together_and_what_was_due_earlier_stands_apart() -> None:
    run = samples.run(1, ["A"])
    counts = tuple(run.targets[1].whole_run[0].model_copy(update={"step": step}) for step in ("one", "two"))
    run = with_latencies(
        run,
        tuple(response_times(median).record(step) for step, median in (("one", 0.004), ("two", 0.02))),
        (response_times(0.5).record("one"),),
    )
    candidate = run.targets[1].model_copy(update={"whole_run": counts})
    seen = evidence.client_times([run.model_copy(update={"targets": (candidate,)})])["A"]["candidate"]
    assert [step for step, _ in seen.steps] == ["one", "two", "one, from when it was due"]
    assert seen.from_sending is not None
    assert (seen.from_sending.count, seen.from_sending.maximum) == (4800, seen.steps[1][1].maximum)


def test_the_wait_is_response_time_without_service_time() -> None:
    one = samples.operations()[0]
    assert one.candidate is not None
    client = evidence.client_times([samples.run(1, ["PlaceOrderCommand"])])["PlaceOrderCommand"]["candidate"]
    assert client.from_sending is not None
    waited = evidence.client_overhead(one.candidate, client.from_sending)
    assert waited.mean == pytest.approx(client.from_sending.mean - one.candidate.mean)
    low, high = waited.p50
    assert low <= 0.0015 <= high


def test_errors_at_the_client_are_counted_once_over_all_runs() -> None:
    runs = [samples.run(number, ["StartCookingCommand", "GetMenuQuery"]) for number in (1, 2, 3)]
    assert evidence.client_errors(runs) == {
        "StartCookingCommand": [("HTTP 400", 0, 9), ("HTTP 500", 0, 42), ("ReadTimeout", 0, 6)],
        "GetMenuQuery": [],
    }


def test_a_revision_that_ran_three_times_is_named_once() -> None:
    assert evidence.revisions(samples.gate()) == {
        "baseline": ["3f2a91c04d"],
        "candidate": ["working tree of b81d7e22aa"],
    }


def test_the_builds_of_a_stored_baseline_are_named(result: GateResult) -> None:
    alone = result.runs[0].model_copy(update={"targets": result.runs[0].targets[1:]})
    stored = replace(result, method="stored", runs=(alone,), baseline_revisions=("3f2a91c04d",))
    assert evidence.revisions(stored) == {
        "baseline": ["3f2a91c04d"],
        "candidate": ["working tree of b81d7e22aa"],
    }


def test_only_counts_that_differ_are_unreconciled() -> None:
    first, *others = samples.gate().reconciliation
    wrong = replace(first, server_whole=first.client_whole - 1)
    assert evidence.unreconciled([wrong, *others]) == [wrong]


def test_the_command_can_be_pasted_into_a_shell() -> None:
    command = ["locust", "--tags", "a b", "$HOME"]
    assert shlex.split(evidence.reproduce(command)) == command


def test_nested_policies_become_dotted_keys() -> None:
    policy = {"a": 1, "b": {"c": True, "d": None, "e": {"f": [1, 2]}}}
    assert list(evidence.flat(policy)) == [("a", "1"), ("b.c", "True"), ("b.e.f", "1 2")]


def test_packages_that_differ_between_the_builds_come_first() -> None:
    shown = evidence.packages(samples.gate())
    assert list(shown) == ["typeguard", "fastapi"]
    assert shown["typeguard"] == {"baseline": "2.6.1", "candidate": "2.7.0"}
