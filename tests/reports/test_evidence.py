from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reports import evidence
from tests.reports import samples

if TYPE_CHECKING:
    from analysis.model import GateResult


def test_client_times_belong_to_the_operation_that_the_step_triggers() -> None:
    times = evidence.client_times([samples.run(1, ["PlaceOrderCommand"])])
    assert [(one.side, one.step) for one in times["PlaceOrderCommand"]] == [
        ("baseline", "do PlaceOrderCommand"),
        ("candidate", "do PlaceOrderCommand"),
    ]


def test_the_mean_over_runs_is_exact_and_quantiles_keep_their_range() -> None:
    runs = [samples.run(1, ["A"]), samples.run(2, ["A"])]
    slow = runs[1].targets[1]
    latency = slow.latencies[0].model_copy(update={"count": 1200, "mean": 0.02, "p95": 0.05})
    runs[1] = runs[1].model_copy(
        update={"targets": (runs[1].targets[0], slow.model_copy(update={"latencies": (latency,)}))}
    )
    candidate = evidence.client_times(runs)["A"][1]
    assert candidate.count == 3600
    assert candidate.mean == pytest.approx((2400 * 0.014 + 1200 * 0.02) / 3600)
    assert candidate.p95 == (0.031, 0.05)


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
