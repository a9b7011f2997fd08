"""Locust starts users while a run goes on, against the real pizzeria."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mario_perf import runs
from mario_perf.run_record import Arrivals
from mario_perf.validity import run_checks
from tests.system.load.agreement import agree
from tests.system.load.conftest import Load

pytestmark = pytest.mark.e2e

EVEN = ("--arrivals", "constant")
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
ALONE = LOCUSTFILE + "        gevent.sleep(60 * (self.index > 0))\n"
WHO_FAILS = LOCUSTFILE + "        assert self.index == 0, 'not today'\n"
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
    """The options of a shape with a second at each of these levels. The window opens before its load."""
    path = load.folder / "mine.toml"
    stages = ", ".join(f"{{ seconds = 1, level = {level} }}" for level in (0, *levels))
    path.write_text(f"mine = [{stages}]\n")
    return "--shapes", str(path), "--shape", "mine", "--warm-up", "0", *EVEN


def came(load: Load) -> Counter[str]:
    """Users who got ready, or tried to, by class."""
    return Counter((load.folder / "came").read_text().split())


def latest(load: Load) -> tuple[runs.Run, Arrivals]:
    """The latest run, in which client and service agree."""
    run = runs.load(load.runs / "latest")
    (target,) = run.record.targets
    assert agree(run, target)
    assert run.record.arrivals is not None
    return run, run.record.arrivals


def test_the_pool_grows_to_its_limit_and_further_arrivals_are_dropped(pizzeria: Any, load: Load) -> None:
    service = pizzeria("--delay", "GetMenuQuery=500ms")
    few = ("-u", "2", "--max-users", "6")
    code, output = load.run(
        "-H", service, *written(load, LOCUSTFILE), "--rate", "20", *few, *EVEN, "-t", "5s"
    )
    run, arrivals = latest(load)
    assert code == 0, output
    assert "Traceback" not in output
    assert (run.record.users, arrivals.pool, arrivals.most_users, arrivals.max_users) == (2, 6, 6, 6)
    assert came(load) == {"Guest": 6}
    assert run.record.warnings == ()  # the number of users was not changed by anybody
    assert arrivals.dropped > 0
    (found,) = (each for each in run_checks.check_load(run.record) if each.code == "arrivals-dropped")
    assert "found none of 6 users free, and so have no response time; allow more --max-users" in found.message


def test_response_time_from_the_intended_start_includes_the_start_of_a_new_user(
    pizzeria: Any, load: Load
) -> None:
    """Nobody becomes free in time, so that each journey but the first has a user started for it."""
    busy = ("-u", "1", "--think", "60")
    shape = shaped(load, 1, 0)
    code, output = load.run("-H", pizzeria(), *written(load, SLOW_TO_COME), "--rate", "10", *busy, *shape)
    run, arrivals = latest(load)
    assert code == 0, output
    assert arrivals.dropped == 0
    assert arrivals.offered == arrivals.pool == arrivals.most_users == pytest.approx(10, abs=1)
    assert arrivals.late_max >= 0.3
    (sent,), (due,) = run.record.targets[0].latencies, run.record.targets[0].latencies_from_intended
    assert sent.count == due.count == arrivals.offered
    assert due.p50 >= sent.p50 + 0.25


def test_arrivals_for_users_that_fail_to_start_are_dropped(pizzeria: Any, load: Load) -> None:
    busy = ("-u", "1", "--think", "60")
    load.run("-H", pizzeria(), *written(load, WHO_FAILS), "--rate", "10", *busy, *shaped(load, 1, 0))
    _, arrivals = latest(load)
    assert (arrivals.dropped, arrivals.pool, arrivals.most_users) == (arrivals.offered - 1, 1, 1)
    assert came(load)["Guest"] == arrivals.offered


def test_a_user_class_that_fails_is_logged_once_and_arrivals_are_dropped(pizzeria: Any, load: Load) -> None:
    busy = ("-u", "1", "--think", "60")
    file = written(load, WHO_IS_NOT_MADE)
    _, output = load.run("-H", pizzeria(), *file, "--rate", "10", *busy, *shaped(load, 1, 0))
    _, arrivals = latest(load)
    assert (arrivals.dropped, arrivals.pool) == (arrivals.offered - 1, 1)
    assert output.count("no more users are started: no room") == 1
    assert "Traceback" not in output


def test_a_run_that_ends_while_users_start_accounts_for_each_arrival(pizzeria: Any, load: Load) -> None:
    busy = ("-u", "1", "--rate", "100", "--think", "60", "-t", "3s")
    code, output = load.run("-H", pizzeria(), *written(load, ALONE), *busy, *EVEN)
    _, arrivals = latest(load)
    assert code == 0, output
    assert "Traceback" not in output
    assert arrivals.offered == arrivals.dropped > 100
    assert (arrivals.pool, arrivals.finished, arrivals.under_way_at_end) == (1, 0, 1)
    assert came(load)["Guest"] > 100


def test_user_classes_grow_by_weight_except_those_with_a_fixed_count(pizzeria: Any, load: Load) -> None:
    few = ("-u", "6", "--max-users", "30", "--think", "60")
    file = written(load, OF_SEVERAL_CLASSES)
    code, output = load.run("-H", pizzeria(), *file, "--rate", "100", *few, *shaped(load, 1, 0))
    _, arrivals = latest(load)
    assert code == 0, output
    at_first = {"Waiter": 1, "Guest": 3, "Regular": 1}  # and a clock, that Locust counts as well
    assert came(load) == Counter(at_first) + Counter({"Guest": 18, "Regular": 6})
    assert arrivals.pool == arrivals.most_users == 29


def test_new_users_leave_out_excluded_steps(pizzeria: Any, load: Load) -> None:
    few = ("-u", "1", "--rate", "30", "--think", "0.2", "--exclude-tags", "manager", "tour")
    load.run("-H", pizzeria(), *few, "-t", "3s")
    run, arrivals = latest(load)
    assert arrivals.pool > 1
    assert not {"look at tour", "active orders"} & {step.step for step in run.record.targets[0].whole_run}


def test_a_scenario_with_a_fixed_number_of_journeys_keeps_its_users(pizzeria: Any, load: Load) -> None:
    plan = ("--scenario", "reference", "--rate", "100", "-u", "5", *EVEN)
    load.run("-H", pizzeria(), *plan)
    run, arrivals = latest(load)
    assert run.record.plan is not None
    assert run.record.plan.finished == 176
    assert (run.record.users, arrivals.max_users) == (5, 5)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--max-users", "9"), "--max-users is for an open model; give --rate, too, or leave it out"),
        (
            ("--rate", "30", "-u", "10", "--max-users", "9"),
            "--max-users 9 is less than --users 10, the initial user pool; give at least as many",
        ),
    ],
)
def test_a_wrong_max_users_is_one_line_and_exit_code_2(
    options: tuple[str, ...], reason: str, load: Load
) -> None:
    code, output = load.run("-H", "http://127.0.0.1:9", *options)
    assert code == 2
    assert reason in output
    assert "Traceback" not in output
    assert not Path(load.runs).exists()
