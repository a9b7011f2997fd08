"""How many users a closed model has, as Locust asks for it."""

from argparse import Namespace
from typing import cast

import pytest

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.shapes import Shape
from mario_perf.load.arrivals.user_count import Levels

USERS = 4


@pytest.mark.parametrize("shape", shapes.load(shapes.BUILT_IN).values(), ids=lambda shape: shape.name)
def test_the_number_of_users_follows_the_level_of_every_shape(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = Levels(shape, Namespace(num_users=USERS, spawn_rate=2.5))
    for part in range(1000):
        moment = shape.seconds * part / 1000
        monkeypatch.setattr(levels, "get_run_time", lambda: moment)  # noqa: B023 - read at once
        users = max(round(USERS * cast("float", shape.level(moment))), 1)
        tick = levels.tick()
        assert tick is not None
        assert tick[0] == pytest.approx(users, abs=0.51)
        assert tick[1] == 2.5
    monkeypatch.setattr(levels, "get_run_time", lambda: shape.seconds)
    assert levels.tick() is None


@pytest.mark.parametrize(("level", "users"), [(0.1, 1), (0.5, 2), (0.625, 2), (1.0, 4), (2.0, 8)])
def test_a_level_is_a_multiple_of_the_users_that_were_asked_for_and_at_least_one(
    level: float, users: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = Levels(Shape("any", (shapes.Stage(9.0, level, level),)), Namespace(num_users=4, spawn_rate=None))
    monkeypatch.setattr(levels, "get_run_time", lambda: 1.0)
    assert levels.tick() == (users, 4.0)
