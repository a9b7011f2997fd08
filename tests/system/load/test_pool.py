"""Locust starts users while a run goes on, against the real pizzeria."""

from collections import Counter

import pytest

from mario_perf import runs
from mario_perf.run_record import Arrivals
from mario_perf.validity import run_checks
from tests.system.load.agreement import agree
from tests.system.load.conftest import Load

pytestmark = pytest.mark.e2e

EVEN = ("--arrivals", "constant")
SHORT = 0.5  # seconds
LOCUSTFILE = """
from pathlib import Path

import gevent
from locust import task

from mario_perf.load.locust_plugin import MeasuredUser, Step

LOOK = Step("look", "GetMenuQuery", "GET")


class Guest(MeasuredUser):
    weight = 3

    @task
    def look(self):
        self.session.step(LOOK, "/api/menu/")
        self.think()

    def get_ready(self):
        with Path(__file__).with_name("came").open("a") as came:
            came.write(type(self).__name__ + "\\n")
"""
SLOW_TO_COME = LOCUSTFILE + "        gevent.sleep(0.3 * (self.index > 0))\n"
WHO_IS_NOT_MADE = LOCUSTFILE + (
    "    def __init__(self, environment):\n"
    "        assert not environment.runner.user_count, 'no room'\n"
    "        super().__init__(environment)\n"
)
OF_SEVERAL_CLASSES = LOCUSTFILE + (
    "\n\nclass Regular(Guest):\n    weight = 1\n"
    "\n\nclass Waiter(Guest):\n    fixed_count = 1\n"
    "\n\nfrom locust import User\n"
    "\n\nclass Clock(User):\n    weight = 1\n    tasks = [lambda user: gevent.sleep(1)]\n"
)


def written(load: Load, text: str) -> tuple[str, str]:
    """The option that has this locustfile run."""
    path = load.folder / "guests.py"
    path.write_text(text)
    return "-f", str(path)


def shaped(load: Load, *levels: float) -> tuple[str, ...]:
    """The options of a shape with half a second at each of these levels. The window opens before its load."""
    path = load.folder / "mine.toml"
    stages = ", ".join(f"{{ seconds = {SHORT}, level = {level} }}" for level in (0, 0, *levels))
    path.write_text(f"mine = [{stages}]\n")
    return "--shapes", str(path), "--shape", "mine", "--warm-up", "0", *EVEN


def came(load: Load) -> Counter[str]:
    """Users who got ready, or tried to, by class."""
    return Counter((load.folder / "came").read_text().split())


def latest(load: Load) -> tuple[runs.Run, Arrivals]:
    """The latest run, in which client and service agree."""
    run = load.latest
    (target,) = run.record.targets
    assert agree(run, target)
    assert run.record.arrivals is not None
    return run, run.record.arrivals


def test_the_pool_grows_to_its_limit_and_further_arrivals_are_dropped(mario: str, load: Load) -> None:
    busy = ("-u", "2", "--max-users", "6", "--think", "0.5")
    code, output = load.run("-H", mario, *written(load, LOCUSTFILE), "--rate", "40", *busy, "-t", "3s")
    run, arrivals = latest(load)
    assert code == 0, output
    assert "Traceback" not in output
    assert (run.record.users, arrivals.pool, arrivals.most_users, arrivals.max_users) == (2, 6, 6, 6)
    assert came(load) == {"Guest": 6}
    assert run.record.warnings == ()  # the number of users was not changed by anybody
    assert arrivals.kind == "poisson"
    assert arrivals.dropped > 0.5 * arrivals.offered
    assert run.record.rates.achieved < 0.5 * run.record.rates.offered
    (found,) = (each for each in run_checks.check_load(run.record) if each.code == "arrivals-dropped")
    assert "found none of 6 users free, and so have no response time; allow more --max-users" in found.message


def test_response_time_from_the_intended_start_includes_the_start_of_a_new_user(
    mario: str, load: Load
) -> None:
    """Nobody becomes free in time, so that each journey but the first has a user started for it."""
    busy = ("-u", "1", "--think", "60")
    shape = shaped(load, 1, 0)
    code, output = load.run("-H", mario, *written(load, SLOW_TO_COME), "--rate", "20", *busy, *shape)
    run, arrivals = latest(load)
    assert code == 0, output
    assert arrivals.dropped == 0
    assert arrivals.offered == arrivals.pool == arrivals.most_users == pytest.approx(10, abs=1)
    assert arrivals.late_max >= 0.3
    (sent,), (due,) = run.record.targets[0].latencies, run.record.targets[0].latencies_from_intended
    assert sent.count == due.count == arrivals.offered
    assert due.p50 >= sent.p50 + 0.25


def test_a_user_class_that_fails_is_logged_once_and_arrivals_are_dropped(mario: str, load: Load) -> None:
    busy = ("-u", "1", "--think", "60")
    file = written(load, WHO_IS_NOT_MADE)
    _, output = load.run("-H", mario, *file, "--rate", "20", *busy, *shaped(load, 1, 0))
    _, arrivals = latest(load)
    assert (arrivals.dropped, arrivals.pool) == (arrivals.offered - 1, 1)
    assert output.count("no more users are started: no room") == 1
    assert "Traceback" not in output


def test_user_classes_grow_by_weight_except_those_with_a_fixed_count(mario: str, load: Load) -> None:
    few = ("-u", "6", "--max-users", "30", "--think", "60")
    file = written(load, OF_SEVERAL_CLASSES)
    code, output = load.run("-H", mario, *file, "--rate", "200", *few, *shaped(load, 1, 0))
    _, arrivals = latest(load)
    assert code == 0, output
    at_first = {"Waiter": 1, "Guest": 3, "Regular": 1}  # and a clock, that Locust counts as well
    assert came(load) == Counter(at_first) + Counter({"Guest": 18, "Regular": 6})
    assert arrivals.pool == arrivals.most_users == 29
