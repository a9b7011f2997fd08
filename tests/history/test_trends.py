"""From batches to shifts: the revisions between which they came, whatever machine they ran on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf.history.alerts import AlertState
from mario_perf.history.change_points.segmentation import change_points
from mario_perf.history.measurements import Batch, Level, Link
from mario_perf.history.operation_series import operation_series
from mario_perf.history.trends import alert_of, trends

if TYPE_CHECKING:
    from collections.abc import Callable

RANDOM = np.random.default_rng(12)


def runs(
    count: int, value: Callable[[int], float], machine: Callable[[int], str] = lambda _: "ci"
) -> list[Batch]:
    noise = np.exp(0.02 * np.random.default_rng(12).normal(size=count))
    return [
        Batch(
            f"run-{n}", 1000.0 + n, "mario", (Level(f"r{n}", "Menu", "p95", machine(n), value(n) * noise[n]),)
        )
        for n in range(count)
    ]


def test_a_shift_names_the_last_revision_before_and_the_first_after() -> None:
    (trend,) = trends(operation_series(runs(60, lambda n: 0.01 if n < 40 else 0.012)))
    (shift,) = trend.shifts
    assert (shift.last, shift.first, shift.time) == ("r39", "r40", 1040.0)


def test_another_machine_is_no_shift() -> None:
    moved = runs(80, lambda n: 0.01 if n < 40 else 0.03, lambda n: "old" if n < 40 else "new")
    (trend,) = trends(operation_series(moved))
    assert trend.shifts == ()
    assert trend.series.breaks == (40,)


def test_two_machines_in_turn_hide_no_shift() -> None:
    mixed = runs(
        120,
        lambda n: (0.01 if n < 60 else 0.013) * (1 + n % 2),
        lambda n: f"machine {n % 2}",
    )
    (trend,) = trends(operation_series(mixed))
    assert [shift.first for shift in trend.shifts] == ["r60", "r61"]


def test_links_join_revisions_that_single_runs_cannot_compare() -> None:
    day = np.exp(0.09 * np.random.default_rng(1).normal(size=60))
    error = 0.01 * np.random.default_rng(2).normal(size=60)
    batches = [
        Batch(
            f"gate-{n}",
            1000.0 + n,
            "mario",
            (Level(f"r{n}", "Menu", "latency", "ci", 0.01 * day[n] * (1.1 if n >= 30 else 1.0)),),
            (Link(f"r{n - 1}", f"r{n}", "Menu", "latency", 0.095 * (n == 30) + error[n], 0.01),),
        )
        for n in range(60)
    ]
    (series,) = operation_series(batches)
    assert series.adjusted
    assert len(series.values) == 61
    truth = np.where(np.arange(-1, 60) >= 30, 1.1, 1.0)
    assert np.std(np.log(series.values / truth)) < 0.06


def chained(seed: int, step: float) -> list[Batch]:
    """Gates of 65 revisions; the one in the middle is slower by ``step``."""
    random = np.random.default_rng(seed)
    return [
        Batch(
            f"gate-{n}",
            1000.0 + n,
            "mario",
            (Level(f"r{n}", "Menu", "p95", "ci", float(np.exp(step * (n >= 33) + 0.09 * random.normal()))),),
            (
                Link(
                    f"r{n - 1}",
                    f"r{n}",
                    "Menu",
                    "p95",
                    float(step * (n == 33) + 0.01 * random.normal()),
                    0.01,
                ),
            )
            if n
            else (),
        )
        for n in range(65)
    ]


def test_errors_of_links_add_up_to_no_shift() -> None:
    assert sum(bool(trends(operation_series(chained(seed, 0.0)))[0].shifts) for seed in range(20)) <= 1


def test_a_step_that_the_links_do_not_explain_is_a_shift() -> None:
    found = [trends(operation_series(chained(seed, 0.2)))[0].shifts for seed in range(8)]
    assert sum([shift.first for shift in shifts] == ["r33"] for shifts in found) >= 6


def test_the_promise_is_for_all_series_together() -> None:
    batches = [
        Batch(
            f"run-{n}",
            float(n),
            "mario",
            tuple(
                Level(f"r{n}", f"operation {k}", "p95", "ci", float(np.exp(RANDOM.normal())))
                for k in range(40)
            ),
        )
        for n in range(60)
    ]
    found = trends(operation_series(batches))
    assert len(found) == 40
    assert sum(len(each.shifts) for each in found) == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_short_history_has_no_shift(count: int) -> None:
    assert all(each.shifts == () for each in trends(operation_series(runs(count, lambda _: 1.0))))


def test_a_reported_shift_stays_and_only_new_ones_are_new() -> None:
    batches = runs(150, lambda n: 0.01 * (1 + 0.2 * (n >= 40) + 0.3 * (n >= 100)))
    (first,) = trends(operation_series(batches[:60]))
    alerts = [alert_of(first.series, shift) for shift in first.shifts]
    (second,) = trends(operation_series(batches), alerts=alerts)
    assert [(shift.first, shift.is_new) for shift in second.shifts] == [("r40", False), ("r100", True)]


def test_a_withdrawn_shift_is_reported_by_nothing_and_stays_a_boundary() -> None:
    batches = runs(100, lambda n: 0.01 * (1 + 0.2 * (n >= 40)))
    (first,) = trends(operation_series(batches))
    alerts = [replace(alert_of(first.series, first.shifts[0]), state=AlertState.WITHDRAWN)]
    (second,) = trends(operation_series(batches), alerts=alerts)
    assert second.shifts == ()
    assert [shift.first for shift in second.withdrawn] == ["r40"]


def test_an_alert_whose_values_were_pruned_is_left_out() -> None:
    batches = runs(60, lambda n: 0.01 * (1 + 0.2 * (n >= 40)))
    (first,) = trends(operation_series(batches))
    alerts = [alert_of(first.series, first.shifts[0])]
    (second,) = trends(operation_series(batches[45:]), alerts=alerts)
    assert second.shifts == ()


@pytest.mark.simulation
def test_a_series_that_is_judged_after_each_value_rarely_alerts_without_cause() -> None:
    alarms = 0
    for seed in range(40):
        values = np.exp(0.02 * np.random.default_rng(seed).normal(size=120))
        alarms += any(change_points(values[:stop]) for stop in range(20, 120, 2))
    assert alarms <= 4
