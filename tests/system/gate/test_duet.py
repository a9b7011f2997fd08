"""A duet whose rounds do not all succeed."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds.build import Build
from mario_perf.builds.git import Checkout
from mario_perf.configuration.policy import Policy, Service
from mario_perf.errors import UserError
from mario_perf.gate.duet import Duet, play
from mario_perf.gate.load_plan import QUIET
from mario_perf.gate.load_process import LoadPlan
from mario_perf.gate.sides import serve_builds
from mario_perf.model import Outcome
from mario_perf.reports.progress import PlainNarrator
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.gate.sides import Services, Serving

ROOT = Path(__file__).parents[3]


def failing_from(round_: int) -> Serving:
    """The pizzeria twice, until a round whose services cannot be started."""
    sides = ("candidate", "baseline")
    serving = serve_builds(*(Build(side, Checkout(ROOT, "abc"), None) for side in sides))

    @contextmanager
    def served(number: int, folder: Path) -> Iterator[Services]:
        if number >= round_:
            raise UserError("the disk is full")
        with serving(number, folder) as both:
            yield both

    return served


def duet(serving: Serving, folder: Path) -> Duet:
    load = LoadPlan(
        users=2, seed=1, scenario="mario", warm_up=0.2, window=2.0, think="0", quiet=QUIET, initial_idle=0.0
    )
    policy = Policy()
    return Duet(
        serving=serving,
        load=load,
        policy=policy,
        source_of=open_source(policy),
        folder=folder,
        max_duration=120.0,
        max_rounds=3,
        until_decided=True,
    )


def test_a_round_that_fails_loses_nothing_of_those_before(tmp_path: Path) -> None:
    result = play(duet(failing_from(2), tmp_path), PlainNarrator())
    assert result.outcome is Outcome.INVALID
    assert result.sentence == "The run cannot be judged: round 2 failed: the disk is full."
    assert [run.run_id for run in result.runs] == ["round-1"]
    assert result.operations


def test_a_side_that_restarts_ends_it_since_no_further_round_can_make_up_for_that(tmp_path: Path) -> None:
    serve, under_load = (
        f"{sys.executable} -m mario_perf.pizzeria --port {{port}}",
        tmp_path / "round-1/scrapes-candidate*",
    )
    once = f"{serve} & until ls {under_load}; do sleep 0.1; done; sleep 2; kill $!; wait $!; exec {serve}"
    restarting = Service(start=("sh", "-c", once), ready="/ready")
    checkout = Checkout(ROOT, "abc")
    steady = Build("baseline", checkout, None)
    asked = duet(serve_builds(Build("candidate", checkout, restarting), steady), tmp_path)
    result = play(replace(asked, load=replace(asked.load, window=6.0)), PlainNarrator())
    assert result.outcome is Outcome.INVALID
    assert [run.run_id for run in result.runs] == ["round-1"]
    assert "restart" in {finding.code for finding in result.findings}


def test_what_cannot_begin_at_all_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the disk is full"):
        play(duet(failing_from(1), tmp_path), PlainNarrator())
