"""Runs that are unfit to be judged."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mario_perf.configuration.policy import Policy
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import invalid_findings, is_permanent
from mario_perf.measurement.measured_run import MeasuredRun
from mario_perf.model import Finding, Measurement, Operation, Outcome, RunMeasurement, Severity
from mario_perf.run_record import Environment, Generator, Rates, RunRecord, Side, Span

POLICY = Policy()
BOUNDS = np.array([0.001, 0.01, 0.1])
SPAN = Span(start=0.0, end=10.0)
ENVIRONMENT = Environment(
    cpu_model="Abacus 9",
    cores=2,
    memory_bytes=1,
    kernel="6",
    python="3.11",
    packages={},
    load_average=(0.0, 0.0, 0.0),
    hostname_hash="a",
)
GAP = Finding("scrape-gap", Severity.INVALID, "nobody looked for 5 s")


def side(name: Side, run_id: str) -> RunMeasurement:
    slices = np.tile(np.array([60, 40, 0, 0]), (10, 1))
    one = Measurement(
        operation=Operation("query", "GetMenuQuery"),
        duration=10.0,
        executions=1000,
        failures={},
        time_spent=2.5,
        slices=slices,
        slice_sums=np.full(10, 0.25),
        slice_failures=np.zeros(10, dtype=np.int64),
    )
    return RunMeasurement(
        run_id=run_id,
        scenario="mario",
        side=name,
        window=SPAN,
        bounds=BOUNDS,
        slice_edges=np.linspace(0.0, 10.0, 11),
        measurements={"GetMenuQuery": one},
        environment=ENVIRONMENT,
        revision=None,
    )


def round_(number: int, *findings: Finding, baseline: tuple[Finding, ...] = ()) -> MeasuredRun:
    """`findings` are the candidate's."""
    run_id = f"round-{number}"
    record = RunRecord(
        run_id=run_id,
        scenario="mario",
        seed=number,
        model="closed",
        users=2,
        spawn_rate=2.0,
        shape="constant",
        command=("locust",),
        whole_run=SPAN,
        window=SPAN,
        rates=Rates(offered=100.0, achieved=100.0),
        generator=Generator(cpu_utilisation=0.1, loop_lag_p99=0.0, loop_lag_max=0.0),
        environment=ENVIRONMENT,
        targets=(),
    )
    return MeasuredRun(
        record,
        (
            replace(side("baseline", run_id), findings=baseline),
            replace(side("candidate", run_id), findings=tuple(findings)),
        ),
    )


def test_only_what_makes_a_run_invalid_spoils_it() -> None:
    assert invalid_findings(round_(1)) == ()
    assert invalid_findings(round_(1, replace(GAP, severity=Severity.WARNING))) == ()
    assert invalid_findings(round_(1, GAP)) == (GAP,)


def test_one_spoilt_run_of_four_is_left_out_and_told() -> None:
    result = conclude([round_(1), round_(2, GAP), round_(3), round_(4)], None, POLICY)
    assert result.outcome is not Outcome.INVALID
    assert [run.run_id for run in result.runs] == ["round-1", "round-3", "round-4"]
    told = [finding for finding in result.findings if finding.code == "scrape-gap"]
    assert [finding.message for finding in told] == ["round-2 was left out: nobody looked for 5 s"]
    assert told[0].severity is Severity.WARNING


@pytest.mark.parametrize("spoilt", [1, 2])
def test_a_side_that_spoils_runs_alone_has_not_passed(spoilt: int) -> None:
    """Once is an accident of the machine. A build that stalls in every fourth round does it again."""
    rounds = [round_(number, *([GAP] if number <= spoilt else [])) for number in range(1, 9)]
    assert (conclude(rounds, None, POLICY).outcome is Outcome.INVALID) == (spoilt > 1)


def test_what_spoils_both_sides_alike_is_left_out() -> None:
    both = [round_(number, GAP, baseline=(GAP,)) for number in range(1, 3)]
    in_turns = [round_(3, GAP), round_(4, baseline=(GAP,))]
    fit = [round_(number) for number in range(5, 13)]
    for spoilt in (both, in_turns, [*both, *in_turns]):
        result = conclude([*spoilt, *fit], None, POLICY)
        assert result.outcome is not Outcome.INVALID
        assert len(result.runs) == len(fit)


def test_no_further_run_makes_up_for_what_a_side_did_itself() -> None:
    assert is_permanent([replace(GAP, code="restart")])
    assert not is_permanent([GAP])
    assert not is_permanent([replace(GAP, code="unequal-work", severity=Severity.WARNING)])


@pytest.mark.parametrize(
    "code", ["restart", "counter-reset", "abandoned-requests", "unequal-work", "unserved-requests"]
)
def test_what_a_side_did_itself_is_never_left_out(code: str) -> None:
    """A candidate that crashes in one round of four has not passed."""
    rounds = [round_(1), round_(2, replace(GAP, code=code)), round_(3), round_(4)]
    assert conclude(rounds, None, POLICY).outcome is Outcome.INVALID


@pytest.mark.parametrize("spoilt", [2, 3, 4])
def test_too_many_spoilt_runs_make_the_gate_invalid(spoilt: int) -> None:
    rounds = [round_(number, *([GAP] if number <= spoilt else [])) for number in range(1, 5)]
    result = conclude(rounds, None, POLICY)
    assert result.outcome is Outcome.INVALID
    assert len(result.runs) == 4
    assert math.isclose(result.seconds, 40.0)
