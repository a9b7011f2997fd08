"""What a gate looked at."""

from dataclasses import replace

import pytest

from mario_perf.judgement.scope import scope
from mario_perf.model import Verdict
from tests.reports.samples import operations
from tests.simulated_runs import record, target

PASSED = tuple(replace(each, verdict=Verdict.UNCHANGED) for each in operations()[:3])


@pytest.mark.parametrize(("users", "said"), [(1, "one user, "), (20, "20 users, ")])
def test_it_says_the_load_and_how_much_the_services_had_done(users: int, said: str) -> None:
    runs = [record(target({"PlaceOrder": n, "GetMenu": n}), users=users) for n in (900, 1200)]
    line = scope(runs, PASSED)
    assert line.startswith(said)
    assert "at most 2,400 requests" in line
    assert line.endswith("of 3 operations")


def test_services_by_url_are_of_unknown_age() -> None:
    running = target({"GetMenu": 10}).model_copy(update={"fresh": False})
    assert "services that ran before" in scope([record(running)], PASSED)


def test_what_was_not_judged_was_not_looked_at() -> None:
    open_ = tuple(replace(each, verdict=Verdict.INCONCLUSIVE) for each in PASSED)
    assert scope([record(target({"GetMenu": 10}))], open_) == ""
    assert scope([record(target({"GetMenu": 10}))], (*open_[1:], PASSED[0])).endswith("of 1 operation")


def test_without_metrics_all_times_are_the_clients() -> None:
    unread = target({"GetMenu": 10}).model_copy(update={"metrics_url": ""})
    assert "response time of 3" in scope([record(unread)], PASSED)
    assert "service and" not in scope([record(unread)], PASSED)
