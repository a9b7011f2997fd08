from __future__ import annotations

import math
from dataclasses import replace

from mario_perf.model import Estimate
from mario_perf.reports.charts import load_curve_chart
from tests.reports.curve_samples import EARLIER, UNKNOWN


def heights(data: str) -> list[float]:
    return [float(point.split()[1]) for point in data.replace("M", "L").strip("LZ").split("L")]


def test_both_curves_and_the_interval_at_each_level_are_drawn() -> None:
    chart = load_curve_chart.draw(EARLIER)
    assert chart is not None
    roles = [path.role for path in chart.paths]
    assert roles == ["band", "line baseline", "line candidate", "whisker", "whisker", "whisker"]
    baseline, candidate = (heights(path.data) for path in chart.paths[1:3])
    assert all(before > after for before, after in zip(baseline, candidate, strict=True))  # up is slower
    for path, old, new in zip(chart.paths[3:], baseline, candidate, strict=True):
        low, high = heights(path.data)
        assert high < new < low
        assert (low > old) == (path is chart.paths[3])  # the builds part from the second level on
    assert [strip.text.partition(":")[0] for strip in chart.hovers] == ["at 45/s", "at 90/s", "at 162/s"]


def test_where_no_interval_is_known_the_curves_stand_alone() -> None:
    chart = load_curve_chart.draw(UNKNOWN)
    assert chart is not None
    low, high = heights(chart.paths[-1].data)
    assert low == high


def test_an_interval_without_an_end_in_sight_is_cut_off() -> None:
    wide = replace(EARLIER.levels[0], response_time=Estimate(0.02, -0.9999, 1e6, 0.95))
    chart = load_curve_chart.draw(replace(EARLIER, levels=(wide, *EARLIER.levels[1:])))
    assert chart is not None
    assert all(10 <= y <= 164 for y in heights(chart.paths[3].data))


def test_without_times_there_is_no_chart() -> None:
    levels = tuple(replace(each, baseline=math.nan) for each in EARLIER.levels)
    assert load_curve_chart.draw(replace(EARLIER, levels=levels)) is None
