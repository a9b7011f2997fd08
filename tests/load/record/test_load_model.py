"""What only measured users play is refused for others, before any load."""

import pytest
from locust import User
from locust.env import Environment

from mario_perf.load.record import load_model
from mario_perf.load.users.measured_user import MeasuredUser
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


@pytest.mark.parametrize(("user", "users"), [(Rpc, 20), (MeasuredUser, 1)])
def test_users_that_pause_as_they_please_are_as_many_as_such_users_have_to_be(
    user: type[User], users: int
) -> None:
    options = resolved("--self-paced-users", "20")
    options.num_users = 1
    load_model.apply(Environment(user_classes=[user]), options)
    assert options.num_users == users
