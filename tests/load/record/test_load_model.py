"""What only measured users play is refused for others, before any load."""

import pytest
from locust import User
from locust.env import Environment

from mario_perf.load.record import load_model
from tests.load.option_parsing import resolved


class Rpc(User):
    pass


class Socket(User):
    pass


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            ("--duet", "http://127.0.0.1:2"),
            "in pairs: only a MeasuredUser can, not Rpc and Socket",
        ),
        (("--rate", "5"), "--rate: only a MeasuredUser waits for arrivals, not Rpc and Socket"),
    ],
)
def test_pairs_and_arrivals_need_a_measured_user(words: tuple[str, ...], reason: str) -> None:
    environment = Environment(user_classes=[Socket, Rpc])
    with pytest.raises(ValueError, match=reason):
        load_model.apply(environment, resolved(*words))


def test_all_else_takes_any_user() -> None:
    load_model.apply(Environment(user_classes=[Socket, Rpc]), resolved("--scenario", "theirs"))
