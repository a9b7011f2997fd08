import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf import figures
from mario_perf.durations import seconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [("50ms", 0.05), ("1.5 s", 1.5), ("2m", 120.0), ("1h", 3600.0), ("20us", 2e-5), (3, 3.0)],
)
def test_a_unit_tells_what_the_figure_means(written: str | float, expected: float) -> None:
    assert seconds(written) == pytest.approx(expected)


@pytest.mark.parametrize("written", ["50", "ms", "-3s", "5 parsecs", ""])
def test_a_text_without_figure_or_unit_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(written)


@given(st.floats(min_value=1e-6, max_value=900.0))
def test_what_is_formatted_can_be_read_back(duration: float) -> None:
    assert seconds(figures.seconds(duration)) == pytest.approx(duration, rel=0.006)
