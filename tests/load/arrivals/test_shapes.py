"""A shape's level and its area are one and the same curve."""

from itertools import pairwise
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.shapes import Shape, Stage

LEVELS = st.one_of(st.just(0.0), st.floats(0.01, 50))
STAGES = st.builds(Stage, st.floats(0.1, 5000), LEVELS, LEVELS)
SHAPES = st.lists(STAGES, min_size=1, max_size=6).map(lambda stages: Shape("any", tuple(stages)))
SHARES = st.floats(0, 1 - 1e-9)  # the whole may be a rounding error more than there is


def area(shape: Shape) -> float:
    return sum(stage.area for stage in shape.stages)


@given(SHAPES, SHARES)
def test_the_moment_of_an_area_inverts_the_area(shape: Shape, share: float) -> None:
    wanted = share * area(shape)
    moment = shape.moment_of(wanted)
    assert 0 <= moment <= shape.seconds * (1 + 1e-9)
    assert shape.area_until(moment) == pytest.approx(wanted, rel=1e-6, abs=1e-6 * max(area(shape), 1e-9))


@given(SHAPES, st.lists(SHARES, min_size=2))
def test_more_area_takes_longer(shape: Shape, shares: list[float]) -> None:
    moments = [shape.moment_of(share * area(shape)) for share in sorted(shares)]
    assert all(earlier <= later * (1 + 1e-9) + 1e-9 for earlier, later in pairwise(moments))


@given(SHAPES)
def test_an_area_larger_than_the_shape_is_never_covered(shape: Shape) -> None:
    assert shape.moment_of(area(shape) * 1.001 + 1e-6) == inf


@given(SHAPES, SHARES)
def test_the_area_is_the_sum_of_the_levels(shape: Shape, share: float) -> None:
    """By the midpoint rule, which is exact on straight stages: stage by stage up to the moment."""
    moment = share * shape.seconds
    total, start = 0.0, 0.0
    for stage in shape.stages:
        length = min(stage.seconds, moment - start)
        if length <= 0:
            break
        total += length * stage.level(length / 2)
        start += stage.seconds
    assert shape.area_until(moment) == pytest.approx(total, rel=1e-9, abs=1e-9)


@given(SHAPES, st.floats(0.1, 1e5), SHARES)
def test_stretching_changes_the_length_and_nothing_else(shape: Shape, seconds: float, share: float) -> None:
    stretched = shape.stretched(seconds)
    assert stretched.seconds == pytest.approx(seconds)
    assert area(stretched) / seconds == pytest.approx(area(shape) / shape.seconds)
    stage, same = shape.stages[0], stretched.stages[0]
    assert same.level(share * same.seconds) == pytest.approx(stage.level(share * stage.seconds))


def test_after_the_end_there_is_no_level() -> None:
    shape = Shape("any", (Stage(2.0, 1.0, 3.0), Stage(1.0, 0.0, 0.0)))
    assert [shape.level(moment) for moment in (0.0, 1.0, 2.5, 3.0, 9.0)] == [1.0, 2.0, 0.0, None, None]


def test_the_help_names_each_built_in_shape() -> None:
    names = ["smoke", "steady", "ramp", "spike", "soak", "stress", "breakpoint"]
    assert list(shapes.load(shapes.BUILT_IN)) == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = [{ seconds = 0, level = 1 }]", r"a\.0\.seconds: Input should be greater than 0"),
        ("a = [{ seconds = inf, level = 1 }]", r"a\.0\.seconds: Input should be a finite number"),
        ("a = [{ seconds = nan, level = 1 }]", r"a\.0\.seconds: Input should be a finite number"),
        ("a = [{ seconds = 1, level = inf }]", r"a\.0\.level: Input should be a finite number"),
        ("a = [{ seconds = 1, start = 0, end = nan }]", r"a\.0\.end: Input should be a finite number"),
        (
            "a = [{ seconds = 1, level = 1 }, { seconds = 1 }]",
            r"a\.1: give either a level, or a start",
        ),
        ("a = [{ seconds = 1, level = 1, end = 2 }]", r"a\.0: give either a level, or a start"),
        ("a = [{ seconds = 1, level = -1 }]", "greater than or equal to 0"),
        ("a = [{ seconds = 1, lvl = 1 }]", "Extra inputs"),
        ("a = [{ seconds = 1, level = 0 }]", "a: a shape needs a level above 0"),
        ("a = []", "a: a shape needs a level above 0"),
        ("a = [", "Invalid value"),
        ("a = 1", "a: "),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"^.*mine\.toml: .*{reason}[^\n]*$"):
        shapes.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no-such\.toml"):
        shapes.load(tmp_path / "no-such.toml")
