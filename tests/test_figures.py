"""Figures and changes as people read them."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mario_perf
from mario_perf import figures

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(mario_perf.__file__).parent
ANY = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1234, "+12.3 %"),
        (-0.031, "-3.1 %"),
        (0.004, "+0.40 %"),
        (0.0, "0.0 %"),
        (-1e-9, "0.0 %"),
        (9.99, "+999.0 %"),
        (20.0, "21 times as much"),
        (4.89e101, "more than 1,000 times as much"),
        (math.nan, "unknown"),
        (math.inf, "unknown"),
    ],
)
def test_a_change_has_a_sign_and_becomes_words_where_per_cent_make_no_sense(value: float, text: str) -> None:
    assert figures.relative(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.02, "+2.0 points"),
        (-0.5, "-50.0 points"),
        (4.2, "more than +100 points"),
        (-4.2, "less than -100 points"),
        (-math.inf, "unknown"),
    ],
)
def test_a_share_changes_by_a_hundred_points_at_most(value: float, text: str) -> None:
    assert figures.points(value) == text


@given(ANY)
def test_no_figure_is_longer_than_a_person_reads(value: float) -> None:
    for text in (figures.relative(value), figures.points(value)):
        assert all(sum(map(str.isdigit, word)) <= 5 for word in text.split())


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.098, 0.151, "+9.8 to +15.1 %"),
        (0.5, 20.0, "+50.0 % to 21 times as much"),
        (20.0, 30.0, "21 to 31 times as much"),
        (20.0, 1e9, "21 times as much to more than 1,000 times as much"),
    ],
)
def test_a_range_has_its_unit_once_where_both_ends_share_it(low: float, high: float, text: str) -> None:
    assert figures.span(figures.relative(low), figures.relative(high)) == text


def test_a_tick_is_written_as_round_as_it_is() -> None:
    assert [figures.tick(value, share=False) for value in (0.05, -0.75, 19.0)] == [
        "+5 %",
        "-75 %",
        "+1,900 %",
    ]
    assert figures.tick(0.005, share=True) == "+0.5 points"


def test_what_could_have_been_shown_is_told_only_where_it_says_something() -> None:
    assert figures.is_visible(0.2, share=False)
    assert not figures.is_visible(4.89e101, share=False)
    assert not figures.is_visible(1.5, share=True)
    assert not figures.is_visible(math.inf, share=False)
    assert not figures.is_visible(math.nan, share=False)


@pytest.mark.parametrize(
    ("value", "share", "text"),
    [
        (0.05, False, "5.0 %"),
        (2.404, False, "240 %"),
        (20.0, False, "21 times as much"),
        (0.01, True, "1.0 points"),
        (0.25, True, "25 points"),
    ],
)
def test_a_size_has_no_sign_and_no_figure_too_many(value: float, share: bool, text: str) -> None:  # noqa: FBT001
    assert figures.size(value, share=share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 s"),
        (0.0042, "4.2 ms"),
        (0.05, "50 ms"),
        (1.0, "1 s"),
        (0.9999, "1 s"),
        (0.0123456, "12.3 ms"),
        (0.0000021, "2.1 µs"),
        (75.0, "75 s"),
        (1234.5, "1,230 s"),
    ],
)
def test_a_duration_has_three_figures_at_most_in_the_unit_that_fits(value: float, text: str) -> None:
    assert figures.seconds(value) == text


def test_ratios_counts_and_periods_read_naturally() -> None:
    assert figures.percent(0.0012) == "0.12 %"
    assert figures.percent(0.01) == "1 %"
    assert figures.rate(412.345) == "412/s"
    assert figures.count(12345) == "12,345"
    assert figures.times(2.5) == "2.5 times"
    assert [figures.period(value) for value in (5, 60, 125)] == ["5 s", "1 min", "2 min 5 s"]
    assert figures.memory(8 * 2**30) == "8.0 GiB"


@pytest.mark.parametrize(
    "formatter",
    [
        figures.seconds,
        figures.percent,
        figures.rate,
        figures.count,
        figures.times,
        figures.period,
        figures.memory,
        figures.relative,
        figures.points,
    ],
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_called_unknown(formatter: Callable[[float], str], value: float) -> None:
    assert "unknown" in formatter(value)


@given(st.floats(min_value=1e-12, max_value=1e6))
def test_a_number_is_never_further_than_half_a_unit_of_the_third_figure_from_the_value(value: float) -> None:
    shown = figures.number(value)
    assert float(shown.replace(",", "")) == pytest.approx(value, rel=0.0051)
    assert "e" not in shown


@given(st.lists(st.floats(min_value=1e-6, max_value=100), min_size=2, max_size=2).map(sorted))
def test_a_longer_duration_never_reads_shorter(ends: list[float]) -> None:
    scale = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
    read = [float(number) * scale[unit] for number, unit in (figures.seconds(end).split() for end in ends)]
    assert all(low <= high * (1 + 1e-12) for low, high in pairwise(read))


@pytest.mark.parametrize("room", ["judgement", "validity", "reports"])
def test_what_a_report_says_has_its_figures_from_here(room: str) -> None:
    """No room that writes a report formats a percentage or a duration in seconds by itself."""
    own = re.compile(r":[+,]?\.\d[%g]\}|:[+,]?\.\df\} (?:%|ms|points)")
    texts = {path: path.read_text("utf-8") for path in (PACKAGE / room).rglob("*.py")}
    assert texts
    assert not {path.name: found for path, text in texts.items() if (found := own.findall(text))}
