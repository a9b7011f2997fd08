from __future__ import annotations

import pytest

from mario_perf.gate.load_levels import Levels, parse


def test_levels_are_shares_of_the_capacity_or_rates() -> None:
    assert parse("90%,25%, 50%") == Levels((0.25, 0.5, 0.9), shares=True)
    assert parse("40,20") == Levels((20.0, 40.0), shares=False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0%,50%", "above 0"),
        ("-5,20", "above 0"),
        ("nan,20", "above 0"),
        ("50%,120%", "100 % at most"),
        ("10%,20%,30%,40%,50%,60%,70%", "2 to 6"),
        ("50%", "2 to 6"),
        ("20,20", "counts once"),
        ("50%,20", "not both"),
        ("fast,20", "fast is not a number"),
        ("20,,40", "an empty word is not a number"),
    ],
)
def test_bad_levels_are_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text)


def test_shares_become_whole_journeys_a_second() -> None:
    assert parse("25%,50%").rates(181.3) == (45.0, 91.0)
    assert parse("25%,50%").rates(12.1) == (3.02, 6.05)
    assert parse("20,40.5").rates(None) == (20.0, 40.5)


def test_more_levels_need_more_time() -> None:
    assert parse("20,40").least_seconds < parse("20,40,60").least_seconds <= 180
    assert parse("1,2,3,4,5,6").least_seconds <= 180
