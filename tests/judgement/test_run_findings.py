"""Findings of several rounds: each is told once, with where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf import runs
from mario_perf.configuration.policy import Policy
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.judgement.run_findings import collect
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from tests.simulated_runs import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulated_runs import MakeRun


def _told(make_run: MakeRun, warnings: Sequence[str]) -> list[str]:
    rounds = []
    for number, warning in enumerate(warnings, 1):
        run = runs.load(make_run(f"round-{number}", Plan(), Plan(seed=2), warnings=(warning,)))
        rounds.append(measure_run(run, Source(ScrapeSource(run.directory, CQRS))))
    found = collect(rounds, (), Policy())
    return [each.message for each in found if each.code == "load-warning"]


def test_messages_that_differ_in_figures_alone_are_one_with_their_range(make_run: MakeRun) -> None:
    said = ["5 of 9 steps took 1.2 s", "12 of 9 steps took 0.85 s", "7 of 9 steps took 1.2 s"]
    assert _told(make_run, said) == ["round-1, round-2, round-3: 5 to 12 of 9 steps took 0.85 to 1.2 s"]


@pytest.mark.parametrize(
    "said",
    [
        ["GET /v1/orders failed", "GET /v2/orders failed"],
        ["http://127.0.0.1:9104 is slow", "http://127.0.0.1:9105 is slow"],
        ["typeguard 2.6.1 is old", "typeguard 2.7.0 is old"],
        ["p95 +5 %", "p95 \u22125 %"],
        ["it took 5 s", "it took 5 ms"],
    ],
)
def test_names_and_units_stay_apart(make_run: MakeRun, said: list[str]) -> None:
    assert _told(make_run, said) == [f"round-{number}: {each}" for number, each in enumerate(said, 1)]
