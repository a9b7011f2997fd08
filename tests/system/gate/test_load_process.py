"""Which locustfile a gate runs, and with how many users."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mario_perf.configuration.policy import Load, Policy
from mario_perf.errors import UserError
from mario_perf.gate import load_process
from mario_perf.gate.load_process import LOCUSTFILE, find_locustfile, from_snapshot
from mario_perf.gate.sides import Services, ServiceTarget
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.source import open_source
from tests.system.load.exposition import serving
from tests.system.pizzerias import hosted


def test_a_locustfile_is_found_from_where_the_policy_is(tmp_path: Path) -> None:
    (tmp_path / "load").mkdir()
    wanted = tmp_path / "load" / "shop.py"
    wanted.touch()
    assert find_locustfile(Load(locustfile="load/shop.py"), tmp_path / "perf.toml") == wanted


def test_without_one_the_pizzeria_is_what_is_loaded(tmp_path: Path) -> None:
    assert find_locustfile(Load(), tmp_path / "perf.toml") == LOCUSTFILE
    assert LOCUSTFILE.is_file()


def test_one_that_is_not_there_is_told_with_where_it_was_named(tmp_path: Path) -> None:
    policy = tmp_path / "perf.toml"
    with pytest.raises(
        UserError, match=r"shop\.py: no such file; correct \[load\] locustfile in .*perf.toml"
    ):
        find_locustfile(Load(locustfile="shop.py"), policy)


def opened(users: int | None) -> load_process.LoadPlan:
    """Four journeys a second, for a moment."""
    return load_process.LoadPlan(
        users=users,
        seed=1,
        scenario="mario",
        warm_up=0.2,
        window=0.5,
        think="0",
        quiet=0.1,
        initial_idle=0.0,
        rate=4.0,
    )


def test_what_is_played_comes_from_the_snapshot_where_it_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, snapshot = tmp_path / "tree", tmp_path / "snapshot"
    for name in ("tree/load", "tree/local", "snapshot/load"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("tree/load/shop.py", "snapshot/load/shop.py", "tree/local/ignored.py"):
        (tmp_path / name).touch()

    def played(file: Path, cwd: Path) -> tuple[Path, Path | None]:
        monkeypatch.chdir(cwd)
        made = from_snapshot(replace(opened(users=None), locustfile=file), tree, snapshot)
        return made.locustfile, made.cwd

    assert played(tree / "load" / "shop.py", tree) == (snapshot / "load" / "shop.py", snapshot)
    assert played(Path("shop.py"), tree / "load") == (snapshot / "load" / "shop.py", snapshot / "load")
    ignored = tree / "local" / "ignored.py"
    assert played(ignored, tree / "local") == (ignored, snapshot)
    assert played(LOCUSTFILE, tree) == (LOCUSTFILE, snapshot)


@pytest.mark.e2e
def test_a_locust_that_never_gets_its_arguments_is_ended(tmp_path: Path) -> None:
    with load_process.start_locust(opened(users=1), tmp_path / "run") as locust:
        assert locust.exit_text is None
    assert locust.process.returncode == -signal.SIGTERM


@pytest.mark.e2e
def test_a_locust_that_ended_before_it_got_its_arguments_is_told(tmp_path: Path) -> None:
    plan = opened(users=1)
    with serving() as url, load_process.start_locust(plan, tmp_path / "run") as locust:
        locust.process.kill()
        locust.process.wait()
        services = Services(ServiceTarget(url, None, "/metrics"))
        with pytest.raises(UserError, match="Locust was killed by SIGKILL"):
            load_process.play_load(locust, plan, services, tmp_path / "run", lambda: None)


@pytest.mark.e2e
def test_an_open_model_without_users_has_as_many_as_the_load_takes_by_itself(tmp_path: Path) -> None:
    with serving() as url:
        target = ServiceTarget(url, None, "/metrics")
        done = load_process.run_locust(opened(users=None), Services(target), tmp_path / "run", lambda: None)
    assert (done.record.model, done.record.users) == ("open", 10)
    assert done.record.arrivals is not None
    assert done.record.arrivals.max_users == 20


@pytest.mark.e2e
def test_users_that_an_open_model_is_given_are_all_that_there_are(tmp_path: Path) -> None:
    with serving() as url:
        target = ServiceTarget(url, None, "/metrics")
        done = load_process.run_locust(opened(users=3), Services(target), tmp_path / "run", lambda: None)
    assert done.record.arrivals is not None
    assert (done.record.users, done.record.arrivals.max_users) == (3, 3)


@pytest.mark.e2e
def test_builds_that_take_turns_get_as_many_journeys_and_every_count_agrees(tmp_path: Path) -> None:
    plan = replace(opened(users=8), rate=40.0, arrivals="constant", alternate=0.3, window=1.2)
    with hosted() as candidate, hosted() as baseline:
        services = Services(
            ServiceTarget(candidate.url, None, "/metrics"), ServiceTarget(baseline.url, None, "/metrics")
        )
        done = load_process.run_locust(plan, services, tmp_path / "run", lambda: None)
        measured = measure_run(done, open_source(Policy())(done))
    alternation = done.record.alternation
    assert alternation is not None
    assert (done.record.part, alternation.seconds, alternation.turns) == ("load", 0.3, 4)
    first, second, third, fourth = alternation.played
    assert (first.side, second.side) == (fourth.side, third.side)
    assert {first.side, second.side} == {"baseline", "candidate"}
    assert all(turn.journeys > 0 for turn in alternation.played)
    assert [each.side for each in measured.sides] == ["baseline", "candidate"]
    for side in measured.sides:
        assert all(row.agrees for row in side.reconciliation)
        assert sum(row.client_window for row in side.reconciliation) > 10
        assert all(np.isfinite(each.requests.typical) for each in side.measurements.values() if each.requests)
    arrivals = done.record.arrivals
    assert arrivals is not None
    assert arrivals.finished == arrivals.offered
    assert abs(arrivals.due - arrivals.offered) <= 2


LOAD_TEST = """
import os, sys
from locust import task
from mario_perf import MeasuredUser, Step

{top}

class Guest(MeasuredUser):
    def get_ready(self):
        {start}

    @task
    def look(self):
        {task}
        self.session.step(Step("look", "/metrics", "GET"), "/metrics")
"""


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("place", "fault", "said"),
    [
        ("top", "raise RuntimeError('no menu')", "exit code 1: RuntimeError: no menu"),
        ("top", "sys.exit(0)", "without a run record: shop.py ended the process"),
        ("start", "raise RuntimeError('no table')", "exit code 1: no table"),
        ("start", "sys.exit(0)", "without a run record: shop.py ended the process"),
        ("task", "raise RuntimeError('no cook')", "exit code 1: no cook"),
        ("task", "os._exit(0)", "without a run record: shop.py ended the process"),
        ("task", "os._exit(5)", "exit code 5"),
    ],
)
def test_a_locustfile_that_fails_is_named_with_the_cause(
    tmp_path: Path, place: str, fault: str, said: str
) -> None:
    file = tmp_path / "shop.py"
    file.write_text(LOAD_TEST.format(**{"top": "", "start": "pass", "task": "pass", place: fault}))
    plan = replace(opened(users=1), locustfile=file, scenario="shop")
    with serving() as url:
        services = Services(ServiceTarget(url, None, "/metrics"))
        with pytest.raises(UserError, match=said) as told:
            load_process.run_locust(plan, services, tmp_path / "run", lambda: None)
    assert str(told.value).endswith(f"; its output is in {tmp_path / 'run.locust.log'}")
