"""The number of users in a closed model."""

from argparse import Namespace
from typing import cast

import pytest

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.shapes import Shape
from mario_perf.load.arrivals.user_count import UserCountShape

USERS = 4


@pytest.mark.parametrize("shape", shapes.load(shapes.BUILT_IN).values(), ids=lambda shape: shape.name)
def test_the_number_of_users_follows_each_shape(shape: Shape, monkeypatch: pytest.MonkeyPatch) -> None:
    user_count = UserCountShape(shape, Namespace(num_users=USERS, spawn_rate=2.5))
    for part in range(1000):
        moment = shape.seconds * part / 1000
        monkeypatch.setattr(user_count, "get_run_time", lambda: moment)  # noqa: B023 - read at once
        users = max(round(USERS * cast("float", shape.level(moment))), 1)
        tick = user_count.tick()
        assert tick is not None
        assert tick[0] == pytest.approx(users, abs=0.51)
        assert tick[1] == 2.5
    monkeypatch.setattr(user_count, "get_run_time", lambda: shape.seconds)
    assert user_count.tick() is None


@pytest.mark.parametrize(("level", "users"), [(0.1, 1), (0.5, 2), (0.625, 2), (1.0, 4), (2.0, 8)])
def test_a_level_is_a_multiple_of_users_and_gives_at_least_one(
    level: float, users: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_count = UserCountShape(
        Shape("any", (shapes.Stage(9.0, level, level),)), Namespace(num_users=4, spawn_rate=None)
    )
    monkeypatch.setattr(user_count, "get_run_time", lambda: 1.0)
    assert user_count.tick() == (users, 4.0)
