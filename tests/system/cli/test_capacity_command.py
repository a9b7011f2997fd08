"""The command around the search for a capacity, with probes that are told what they find."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.cli import main
from mario_perf.gate import capacity_probe, capacity_session
from mario_perf.gate.load_process import SideDiedError
from mario_perf.gate.sides import Services, ServiceTarget
from tests.simulated_runs import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.gate.load_process import LoadPlan

POLICY = '[limits]\np95 = "300ms"\n[load]\nlocustfile = "guests.py"\n'
URL = "http://127.0.0.1:9"
WITH_URL = ("--url", URL, "--start", "70", "--resolution", "1", "--confirmations", "1", "--probe", "1")


@dataclass
class World:
    """What probes find: up to what rate the service holds, the generator keeps up, and the service lives."""

    folder: Path
    capacity: float = 100.0
    generator: float = float("inf")
    lives: float = float("inf")
    loads: list[LoadPlan] = field(default_factory=list)

    def run_locust(self, load: LoadPlan, *_: object) -> LoadPlan:
        self.loads.append(load)
        if load.rate is not None and load.rate > self.lives:
            raise SideDiedError(f"candidate at {URL} does not answer any longer")
        return load

    def broken_limits(self, load: LoadPlan, _: object) -> tuple[str, ...]:
        assert load.rate is not None
        if load.rate > self.generator:
            raise capacity_probe._LateLoadError("99% of its core, 2 s late at p99")
        return () if load.rate <= self.capacity else ("Serve: p95 400 ms, limit 300 ms",)

    @contextmanager
    def serve(self, _: object, __: object, ___: object, load: LoadPlan, *____: object) -> Iterator[Any]:
        yield serving, None, load

    def searches(self, pattern: str) -> list[dict[str, Any]]:
        """Those in the one file of that name."""
        (path,) = self.folder.glob(pattern)
        searches: list[dict[str, Any]] = json.loads(path.read_text())["searches"]
        return searches


@contextmanager
def serving(_: int, __: Path) -> Iterator[Services]:
    yield Services(ServiceTarget(URL, None, "/metrics"))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    (tmp_path / "perf.toml").write_text(POLICY)
    (tmp_path / "guests.py").touch()
    monkeypatch.chdir(tmp_path)
    made = World(tmp_path)
    monkeypatch.setattr(capacity_probe, "run_locust", made.run_locust)
    monkeypatch.setattr(capacity_probe, "_broken_limits", made.broken_limits)
    monkeypatch.setattr(capacity_probe, "environment", lambda _: environment())
    monkeypatch.setattr(capacity_session, "_serve", made.serve)
    return made


def capacity(*options: str) -> int:
    return main.run(main.cli, "mario-perf", ("capacity", *options))


def test_searches_are_stored_and_written_beside_the_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert capacity(*WITH_URL, "--searches", "2", "--keep") == 0
    said = capsys.readouterr().out
    assert said.count("Capacity: ") == 2
    assert "with 2 searches in all" in said
    stored = world.searches("baselines/capacity/guests/*.json")
    assert stored == world.searches("runs/*/capacity.json")
    assert [(search["rate"], search["complete"]) for search in stored] == [(70.0, True)] * 2
    assert all(search["failed"] > 100 for search in stored)


def test_each_probe_of_each_search_draws_arrivals_of_its_own(world: World) -> None:
    capacity(*WITH_URL, "--searches", "2")
    assert len({load.seed for load in world.loads}) == len(world.loads) > 2


def test_a_service_that_takes_less_has_regressed_against_what_was_stored(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    capacity(*WITH_URL, "--searches", "2", "--keep")
    world.capacity = 6.0
    assert capacity(*WITH_URL, "--start", "5", "--searches", "3", "--baseline") == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "regressed: " in told
    assert ", 3 searches against 2 in " in told
    assert "more than the noise of 10%" in told


def test_without_a_confirmed_rate_nothing_is_stored(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.capacity = 1.0
    assert capacity(*WITH_URL, "--most-probes", "1", "--keep") == 4
    said, errors = capsys.readouterr()
    assert "Not confirmed: no rate held, but the probes were used up" in said
    assert errors.splitlines()[-1].endswith("nothing is stored: no rate was confirmed; see the probes above")
    assert not (world.folder / "baselines").exists()


def test_what_held_before_the_load_generator_was_the_limit_is_written(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.generator = 80.0
    assert capacity(*WITH_URL) == 4
    assert [load.rate for load in world.loads] == [
        70.0,
        140.0,
        140.0,
    ]  # a disturbance may have been the cause
    (search,) = world.searches("runs/*/capacity.json")
    assert (search["rate"], search["failed"], search["complete"]) == (70, None, False)
    assert "at 140 journeys/s the load generator itself was too slow, twice" in (
        said := capsys.readouterr().err
    )
    assert "the service held 70.0" in said


def test_what_held_before_the_service_was_gone_is_written_and_shown(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.lives = 80.0
    assert capacity(*WITH_URL) == 4
    said, errors = capsys.readouterr()
    assert f"at 140 journeys/s: candidate at {URL} does not answer any longer; start it again" in errors
    (search,) = world.searches("runs/*/capacity.json")
    assert (search["rate"], search["complete"]) == (70, False)
    assert "held" in said


def test_a_baseline_that_is_missing_is_told_before_anything_is_started(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert capacity("--url", URL, "--baseline") == 2
    assert (
        capsys.readouterr()
        .err.strip()
        .endswith("no stored capacity; store one with mario-perf capacity --keep")
    )
    assert not (world.folder / "runs").exists()


def test_a_baseline_that_cannot_be_added_to_is_told_before_anything_is_started(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = world.folder / "baselines/capacity/guests/here.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text('{"schema_version": 1}')
    assert capacity("--url", URL, "--keep") == 2
    assert "here.json: no capacity of schema 2" in capsys.readouterr().err
    assert not (world.folder / "runs").exists()


def test_to_compare_and_to_add_to_what_is_compared_with_exclude_each_other(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert capacity("--keep", "--baseline") == 2
    said = capsys.readouterr().err
    assert "--keep would add to the baseline that --baseline compares with; give one of them" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--against", "HEAD", "--keep"), "--keep: only for the search of one build; leave it out"),
        (("--baseline-url", URL, "--url", URL, "--start", "5"), "--start: only for the search of one build"),
        (("--max-duration", "60"), "--max-duration: only for two builds; give --against, or --url"),
        (("--slow", "PlaceOrderCommand=2"), "--slow: only for two builds"),
        (("--baseline-url", URL), "--baseline-url needs --url, the candidate; give both"),
        (("--against", "HEAD", "--url", URL), "--against builds both sides; leave out --url"),
        (("--against", "HEAD", "--insecure"), "--ca and --insecure are only for running services"),
        (
            ("--baseline-url", URL, "--url", URL, "--same-environment"),
            "--same-environment is only for builds that are started here",
        ),
        (
            ("--baseline-url", URL, "--url", URL, "--slow", "PlaceOrderCommand=2"),
            "faults work only with the built-in pizzeria and --against",
        ),
    ],
)
def test_what_does_not_go_with_two_builds_or_with_one_is_refused(
    world: World, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert capacity(*options) == 2
    assert said in capsys.readouterr().err
    assert not (world.folder / "runs").exists()
