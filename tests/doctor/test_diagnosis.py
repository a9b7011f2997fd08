"""What is said of a metrics page and of rounds, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Policy
from mario_perf.doctor.diagnosis import (
    Rating,
    examine_exposition,
    examine_noise,
    examine_operation_names,
    exposition_table,
    from_findings,
)
from mario_perf.model import Finding, Severity
from tests.simulated_runs import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mario_perf.doctor.diagnosis import Diagnosis

OWN = """
[metrics]
duration = "shop_seconds"
name_label = "route"
"""


def page(*, labels: tuple[str, ...] = ("route",), start: bool = True, bounds: tuple[float, ...] = ()) -> str:
    registry = CollectorRegistry()
    fine = tuple(10 ** (power / 20) for power in range(-80, 21))
    histogram = Histogram("shop_seconds", "", labels, buckets=bounds or fine, registry=registry)
    for seconds in (0.003, 0.004, 0.03):
        histogram.labels(*("/items" for _ in labels)).observe(seconds)
    if start:
        Gauge("process_start_time_seconds", "", registry=registry).set(1.0)
    return generate_latest(registry).decode()


def told(text: str, policy: str = OWN) -> dict[str, Diagnosis]:
    return {each.subject: each for each in examine_exposition(text, policy_file.parse(policy))}


def levels(found: Iterable[Diagnosis]) -> set[Rating]:
    return {each.level for each in found}


def test_a_service_that_does_as_the_contract_says_needs_nothing() -> None:
    service = Service()
    for seconds in (0.003, 0.004, 0.03):
        service.execute("PlaceOrderCommand", seconds)
    found = examine_exposition(service.body(), Policy())
    assert levels(found) == {Rating.OK}
    assert {each.subject for each in found} == {"operations", "failures", "restarts", "buckets"}
    assert not any(each.advice for each in found)


@pytest.mark.parametrize(
    ("text", "policy", "subject", "said"),
    [
        (page(), "", "metrics", "cqrs_execution_duration_milliseconds_bucket is not there"),
        (page(), OWN.replace("shop_s", "shops_s"), "metrics", "nearest: shop_seconds_bucket"),
        (page(), OWN.replace("route", "handler"), "metrics", "has no label handler; it has route"),
        (page(), f'{OWN}status_label = "code"', "failures", "has no label code; it has route"),
        (page(), f'{OWN}ignored_names = ["/items"]', "operations", "no operation was executed"),
        ("shop_seconds_bucket{", OWN, "metrics", "not a metrics page"),
        ('shop_seconds_bucket{route="/",le="1"} 1', OWN, "metrics", 'lacks its bucket le="+Inf"'),
        ("<html>", OWN, "metrics", "HTML page"),
    ],
)
def test_without_what_the_gate_reads_there_is_a_problem_and_advice(
    text: str, policy: str, subject: str, said: str
) -> None:
    found = told(text, policy)[subject]
    assert found.level is Rating.PROBLEM
    assert said in found.finding
    assert found.advice


def test_what_a_gate_would_see_better_is_named() -> None:
    found = told(page(start=False, bounds=(0.001, 0.01, 0.1)))
    for subject in ("failures", "restarts", "buckets"):
        assert found[subject].level is Rating.ATTENTION
        assert found[subject].advice
    assert "/items (900% wide)" in found["buckets"].finding


def test_failures_are_seen_by_a_status() -> None:
    found = told(page(labels=("route", "code")), f'{OWN}status_label = "code"')["failures"]
    assert found.level is Rating.OK


def test_p95_above_the_last_bound_is_told() -> None:
    assert "above the last bound" in told(page(bounds=(0.001, 0.002)))["buckets"].finding


def test_an_invalid_run_is_a_problem_and_a_note_is_nothing() -> None:
    findings = [Finding("x", severity, "this is so; do that") for severity in Severity]
    assert [(each.level, each.finding, each.advice) for each in from_findings(findings)] == [
        (Rating.ATTENTION, "this is so", "do that"),
        (Rating.PROBLEM, "this is so", "do that"),
    ]


def noise(world: World, whole_time: float) -> dict[str, Diagnosis]:
    rounds = gate(world, np.random.default_rng(1))
    return {each.subject: each for each in examine_noise(rounds, Policy(), whole_time)}


def test_a_quiet_machine_says_how_long_a_gate_must_be() -> None:
    found = noise(World(apart=0.01, burst=0.0, rounds=4), 7.0)
    assert found["noise"].level is Rating.OK
    assert found["length"].level is Rating.OK
    assert "sees 10% on each operation" in found["length"].finding


def test_rounds_that_take_long_ask_for_more_time() -> None:
    found = noise(World(apart=0.01, burst=0.0, rounds=4), 100.0)
    assert found["length"].level is Rating.ATTENTION
    assert "--max-duration" in found["length"].advice


def test_a_machine_that_is_far_too_noisy_is_told_so() -> None:
    found = noise(World(apart=2.0, rounds=4), 8.0)
    assert found["length"].level is Rating.ATTENTION
    assert found["length"].advice


def test_operations_that_are_hardly_executed_are_named() -> None:
    found = noise(World(samples=1, slices=2, rounds=4), 8.0)
    assert found["noise"].level is Rating.ATTENTION
    assert "length" not in found


@pytest.mark.parametrize(
    ("name", "level", "said"),
    [("/items", Rating.OK, "each operation"), ("/item", Rating.ATTENTION, "not executed; nearest: /items")],
)
def test_an_operation_that_the_policy_names_is_looked_for(name: str, level: Rating, said: str) -> None:
    policy = policy_file.parse(f'{OWN}\n[operations."{name}"]\nlatency_noise = 0.1')
    (found,) = examine_operation_names(exposition_table(page(), policy), policy)
    assert found.level is level
    assert said in found.finding
