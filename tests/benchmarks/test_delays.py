"""Known response times."""

from __future__ import annotations

from itertools import islice
from math import exp

import pytest

from benchmarks.load.delays import DRAWS, MEDIAN, SIGMA, Log, draws, quantile, quantiles, seen

NORMAL = {"p50": 0.0, "p95": 1.6449, "p99": 2.3263}
"""Quantiles of the standard normal distribution."""

STALL = (4.0, 5.0)


def test_the_delays_have_the_distribution_that_is_said() -> None:
    drawn = list(islice(draws(), DRAWS))
    for name, value in quantiles(drawn).items():
        assert value == pytest.approx(MEDIAN * exp(SIGMA * NORMAL[name]), rel=0.01)


def test_the_delays_are_the_same_every_time() -> None:
    assert list(islice(draws(), 1000)) == list(islice(draws(), 1000))


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (51, 3.0), (95, 4.0), (99, 4.0)])
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(percent: int, value: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], percent) == value


def test_who_arrives_in_a_stall_waits_for_its_end_and_then_for_the_answer() -> None:
    delays = draws()
    assert seen(4.25, 4.2501, [STALL]) == [pytest.approx(0.75 + next(delays))]


def test_an_answer_that_is_due_in_a_stall_comes_at_its_end() -> None:
    assert next(draws()) > 0.001
    assert seen(3.999, 3.9991, [STALL]) == [pytest.approx(1.001)]


def test_without_a_stall_only_the_delays_are_seen() -> None:
    assert seen(0.0, 1.0, []) == pytest.approx(list(islice(draws(), 10_000)))


def test_a_stall_of_a_second_in_ten_is_about_half_a_second_at_p95() -> None:
    """One in ten arrives in it, and waits between no time and a second."""
    truth = quantiles(seen(0.0, 10.0, [STALL]))
    assert truth["p50"] == pytest.approx(MEDIAN, rel=0.1)
    assert truth["p95"] == pytest.approx(0.5, abs=3 * MEDIAN)
    assert truth["p99"] == pytest.approx(0.9, abs=3 * MEDIAN)


def test_the_truth_of_a_window_is_of_the_requests_that_were_read_in_it() -> None:
    log = Log((1.0, 2.0, 3.0), (0.1, 0.2, 0.3), (0.1, 0.1, 0.1))
    assert log.within(2.0, 3.0) == [0.2]
    assert log.late == pytest.approx(0.2)
