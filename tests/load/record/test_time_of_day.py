"""A clock that somebody sets moves nothing that is measured."""

import time

import pytest

from mario_perf.load.record import time_of_day


@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_a_step_of_the_machines_clock_moves_nothing(step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = time_of_day.now(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + step)
    assert 0 <= time_of_day.now() - before < abs(step)


def test_it_goes_on_with_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_of_day, "monotonic", lambda: 10.0)
    before = time_of_day.now()
    monkeypatch.setattr(time_of_day, "monotonic", lambda: 17.5)
    assert time_of_day.now() - before == 7.5
