"""Changes as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf import changes

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
    assert changes.relative(value) == text


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
    assert changes.points(value) == text


@given(ANY)
def test_no_figure_is_longer_than_a_person_reads(value: float) -> None:
    for text in (changes.relative(value), changes.points(value)):
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
    assert changes.span(changes.relative(low), changes.relative(high)) == text


def test_what_could_have_been_shown_is_told_only_where_it_says_something() -> None:
    assert changes.is_told(0.2, share=False)
    assert not changes.is_told(4.89e101, share=False)
    assert not changes.is_told(1.5, share=True)
    assert not changes.is_told(math.inf, share=False)
    assert not changes.is_told(math.nan, share=False)


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
    assert changes.size(value, share=share) == text
