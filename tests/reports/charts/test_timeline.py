from __future__ import annotations

import math
from dataclasses import replace

from mario_perf.reports.charts import timeline
from tests.reports import samples


def test_both_quantiles_of_both_sides_are_drawn() -> None:
    chart = timeline.draw(samples.operations()[0])
    assert chart is not None
    assert [path.role for path in chart.paths] == [
        "line baseline p50",
        "line baseline p95",
        "line candidate p50",
        "line candidate p95",
    ]


def test_a_moment_without_data_is_a_gap() -> None:
    one = samples.one_sided()
    assert one.candidate is not None
    points = one.candidate.over_time
    holed = (*points[:3], (points[3][0], math.nan, math.nan), *points[4:])
    chart = timeline.draw(replace(one, candidate=replace(one.candidate, over_time=holed)))
    assert chart is not None
    assert [path.data.count("M") for path in chart.paths] == [2, 2]


def test_without_points_there_is_no_chart() -> None:
    assert timeline.draw(samples.without_data()) is None
