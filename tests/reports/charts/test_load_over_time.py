"""A load test's charts over its window."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mario_perf.comparison.over_time import MOST, over_time
from mario_perf.model import Measurement, Moment, Operation
from mario_perf.reports import html_report
from mario_perf.reports.charts import load_over_time
from tests.judgement.test_round_selection import side
from tests.reports import samples

STEADY = tuple(Moment(float(at), 40.0, 0.0, 0.002, 0.008) for at in range(10))


def test_all_operations_of_a_moment_count_together() -> None:
    """100 successes each second, and in the fourth of ten seconds 25 failures of another operation."""
    run = side("candidate", "run-1")
    failures = np.zeros(10, dtype=np.int64)
    failures[3] = 25
    failing = replace(
        run.measurements["GetMenuQuery"], operation=Operation("command", "Fails"), slice_failures=failures
    )
    failing = replace(failing, slices=np.zeros_like(failing.slices))
    moments = over_time(replace(run, measurements={**run.measurements, "Fails": failing}))
    assert [one.at for one in moments] == list(range(10))
    assert [one.rate for one in moments] == [100.0, 100.0, 100.0, 125.0, *[100.0] * 6]
    assert [one.error_ratio for one in moments] == [0.0, 0.0, 0.0, 0.2, *[0.0] * 6]
    assert all(0.0 < one.p50 < one.p95 for one in moments)


@pytest.mark.filterwarnings("error")
def test_where_a_clock_stood_still_no_rate_is_known() -> None:
    run = side("candidate", "run-1")
    edges = run.slice_edges.copy()
    edges[4] = edges[3]
    rates = [one.rate for one in over_time(replace(run, slice_edges=edges))]
    assert [np.isnan(rate) for rate in rates] == [number == 3 for number in range(10)]


def test_a_long_window_is_shown_in_parts_that_lose_nothing() -> None:
    run = side("candidate", "run-1")
    longer = replace(
        run,
        slice_edges=np.linspace(0.0, 700.0, 701),
        measurements={name: lengthened(one) for name, one in run.measurements.items()},
    )
    moments = over_time(longer)
    assert len(moments) == MOST
    ends = [*(one.at for one in moments[1:]), 700.0]
    executions = sum(one.rate * (end - one.at) for one, end in zip(moments, ends, strict=True))
    assert math.isclose(executions, 70_000)


def lengthened(one: Measurement) -> Measurement:
    return replace(one, slices=np.tile(one.slices, (70, 1)), slice_failures=np.zeros(700, dtype=np.int64))


def test_a_failure_shows_at_its_moment() -> None:
    failed = replace(STEADY[4], error_ratio=0.5)
    result = replace(samples.gate(), over_time=(*STEADY[:4], failed, *STEADY[5:]))
    troubled = dict(load_over_time.draw(result))["Share of executions that failed"]
    assert [hover.text for hover in troubled.hovers[3:5]] == ["at 3 s: 0 %", "at 4 s: 50 %"]
    heights = {point.split()[1] for point in troubled.paths[0].data.replace("M", "L").split("L")[1:]}
    assert len(heights) == 2
    assert "No execution failed." not in html_report.render(result)


def test_where_nothing_failed_a_line_says_so_instead_of_a_chart() -> None:
    result = replace(samples.gate(), over_time=STEADY)
    assert "Share of executions that failed" not in dict(load_over_time.draw(result))
    assert "No execution failed." in html_report.render(result)


def test_a_moment_in_which_nothing_ran_is_a_gap() -> None:
    idle = Moment(4.0, 0.0, math.nan, math.nan, math.nan)
    _, (_, times) = load_over_time.draw(replace(samples.gate(), over_time=(*STEADY[:4], idle, *STEADY[5:])))
    assert [path.data.count("M") for path in times.paths] == [2, 2]


def test_a_gate_of_rounds_has_no_such_charts() -> None:
    assert load_over_time.draw(samples.gate()) == []


def test_users_are_drawn_as_they_came_and_went() -> None:
    result = samples.gate()
    (run, *_), start = result.runs, result.runs[0].window.start
    grown = run.model_copy(update={"users_over_time": ((start - 9.0, 20), (start + 3.5, 80))})
    shown = dict(load_over_time.draw(replace(result, runs=(grown,), over_time=STEADY)))
    assert [hover.text for hover in shown["Users"].hovers[3:5]] == ["at 3 s: 20", "at 4 s: 80"]
    assert "Users" not in dict(load_over_time.draw(replace(result, over_time=STEADY)))
