import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.errors import InvalidRunError
from mario_perf.run_record import Span
from mario_perf.sources import replicas

RUN = Span(start=10.0, end=20.0)


@given(st.lists(st.floats(0.0, 0.999), min_size=1, max_size=5))
def test_at_the_last_moment_each_target_was_scraped_after_the_run(offsets: list[float]) -> None:
    scrapes = {str(place): np.arange(5.0, 26.0) + offset for place, offset in enumerate(offsets)}
    moments = replicas.moments(scrapes, RUN)
    assert (np.diff(moments) > 0).all()
    assert moments[-1] == max(20.0 + offset for offset in offsets)
    assert (moments[:-1] < RUN.end).all()


def test_one_target_is_read_at_its_own_scrapes() -> None:
    times = np.arange(5.0, 26.0)
    np.testing.assert_array_equal(replicas.moments({"a": times}, RUN), np.arange(5.0, 21.0))


@pytest.mark.parametrize(
    ("times", "said"),
    [(np.arange(12.0, 26.0), "b came"), (np.arange(5.0, 15.0), "b went")],
)
def test_a_target_that_comes_or_goes_is_named(times: np.ndarray, said: str) -> None:
    with pytest.raises(InvalidRunError, match=said):
        replicas.check_constant({"a": np.arange(5.0, 26.0), "b": times}, RUN, "http://prometheus")


def test_a_target_that_is_gone_is_not_waited_for_long() -> None:
    gone = np.arange(5.0, 15.0)
    assert not replicas.is_over({"a": np.arange(5.0, 22.0), "b": gone}, RUN)
    assert replicas.is_over({"a": np.arange(5.0, 24.0), "b": gone}, RUN)
    assert replicas.is_over({"a": np.arange(5.0, 21.0), "b": np.arange(5.5, 21.0)}, RUN)


def test_the_idle_moment_is_before_every_scrape_that_was_under_way() -> None:
    begins = {"a": np.array([6.0, 9.9]), "b": np.array([5.0, 9.5]), "c": np.array([7.0, 10.5])}
    ends = {"a": np.array([6.1, 10.2]), "b": np.array([5.1, 10.1]), "c": np.array([7.1, 10.6])}
    assert 9.4 < replicas.idle_moment(begins, ends, 10.0) < 9.5
    assert replicas.idle_moment({"c": begins["c"]}, {"c": ends["c"]}, 10.0) == 10.0
