"""Every kind of run gets its load from one place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mario_perf.configuration.policy import Load as Usual
from mario_perf.configuration.policy import Policy
from mario_perf.gate.load_plan import (
    QUIET,
    QUIET_FOR_PROMETHEUS,
    LoadRequest,
    plan_load,
)
from mario_perf.gate.load_process import _arguments
from mario_perf.gate.sides import Services, ServiceTarget

ROUND = LoadRequest(window=3.7)


def policy(**load: object) -> Policy:
    return Policy(load=Usual(**load))  # type: ignore[arg-type]


def test_what_nobody_asks_for_is_as_usual() -> None:
    load = plan_load(policy(), None, ROUND)
    assert (load.users, load.think, load.window) == (1, "0", 3.7)
    assert (load.seed, load.scenario, load.rate, load.arrivals) == (1, "mario", None, "poisson")


def test_the_policy_wins_over_what_is_usual() -> None:
    load = plan_load(policy(users=7, seed=5, scenario="rush-hour"), None, ROUND)
    assert (load.users, load.seed, load.scenario) == (7, 5, "rush-hour")


def test_the_command_wins_over_the_policy() -> None:
    asked = replace(ROUND, users=3, seed=0, scenario="evening", rate=20.0, arrivals="constant")
    load = plan_load(policy(users=7, seed=5, scenario="x", rate=1.0), None, asked)
    assert (load.users, load.seed, load.scenario) == (3, 0, "evening")
    assert (load.rate, load.arrivals) == (20.0, "constant")


def test_tags_of_the_command_win_over_those_of_the_policy_and_reach_locust() -> None:
    usual = policy(tags=("customer",), exclude_tags=("tour", "delivered"))
    load = plan_load(usual, None, replace(ROUND, tags=("kitchen",)))
    words = _arguments(load, Services(ServiceTarget("http://127.0.0.1:1", None, "")), Path("runs/round-1"))
    assert words[-5:] == ["--tags", "kitchen", "--exclude-tags", "tour", "delivered"]
    assert words[words.index("--metrics-path") + 1] == ""


def test_the_load_knows_the_processes_of_services_that_the_gate_started() -> None:
    load = plan_load(policy(), None, ROUND)
    baseline, candidate = (ServiceTarget("http://127.0.0.1:1", None, "/metrics", pid) for pid in (7, 8))
    words = _arguments(load, Services(candidate, baseline), Path("runs/round-1"))
    assert (words[words.index("--pid") + 1], words[words.index("--baseline-pid") + 1]) == ("8", "7")


def test_an_open_model_has_as_many_users_as_it_takes_unless_they_are_given() -> None:
    assert plan_load(policy(rate=50.0), None, ROUND).users is None
    assert plan_load(policy(rate=50.0, users=9), None, ROUND).users == 9


def test_the_scenario_is_named_like_the_locustfile_of_the_policy(tmp_path: Path) -> None:
    (tmp_path / "shop.py").touch()
    load = plan_load(policy(locustfile="shop.py"), tmp_path / "perf.toml", ROUND)
    assert (load.scenario, load.locustfile) == ("shop", tmp_path / "shop.py")


def test_a_prometheus_gets_the_time_to_see_both_edges() -> None:
    plain = plan_load(policy(), None, ROUND)
    scraped = plan_load(policy(), None, replace(ROUND, prometheus=True))
    assert (plain.quiet, plain.initial_idle) == (QUIET, 0.0)
    assert (scraped.quiet, scraped.initial_idle) == (QUIET_FOR_PROMETHEUS, QUIET_FOR_PROMETHEUS)
