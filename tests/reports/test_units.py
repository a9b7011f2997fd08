from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.reports import units

FORMATTERS = (
    units.seconds,
    units.percent,
    units.rate,
    units.count,
    units.period,
    units.memory,
    units.share,
    units.brief,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 s"),
        (0.0042, "4.20 ms"),
        (1.0, "1.00 s"),
        (0.9999, "1.00 s"),
        (0.0123456, "12.3 ms"),
        (0.0000021, "2.10 µs"),
        (75.0, "75.0 s"),
    ],
)
def test_a_duration_has_three_figures_in_the_unit_that_fits(value: float, text: str) -> None:
    assert units.seconds(value) == text


def test_ratios_counts_and_periods_read_naturally() -> None:
    assert units.percent(0.0012) == "0.120 %"
    assert units.share(0.01) == "1 %"
    assert units.rate(412.345) == "412/s"
    assert units.count(12345) == "12,345"
    assert [units.period(value) for value in (5, 60, 125)] == ["5 s", "1 min", "2 min 5 s"]
    assert units.memory(8 * 2**30) == "8.0 GiB"
    assert units.brief(0.02) == "20 ms"


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_called_unknown(formatter: object, value: float) -> None:
    assert callable(formatter)
    assert "unknown" in formatter(value)


@given(st.floats(min_value=1e-12, max_value=1e6))
def test_figures_are_never_further_than_half_a_unit_of_the_third_one_from_the_value(value: float) -> None:
    shown = float(units.figures(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=0.0051)
    assert "e" not in units.figures(value)


@given(st.lists(st.floats(min_value=1e-6, max_value=100), min_size=2, max_size=2).map(sorted))
def test_a_longer_duration_never_reads_shorter(ends: list[float]) -> None:
    scale = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
    read = [float(number) * scale[unit] for number, unit in (units.seconds(end).split() for end in ends)]
    assert all(low <= high * (1 + 1e-12) for low, high in pairwise(read))
