"""``accept`` takes an operation with its own costs, and costs of the process by their names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mario_perf.cli.main import cli
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Policy
from mario_perf.judgement import next_steps
from mario_perf.model import Estimate, Verdict
from mario_perf.reports import json_report
from tests.reports import samples

if TYPE_CHECKING:
    from click.testing import Result

    from mario_perf.model import CostResult

QUERIES = samples.COSTS[0]
CPU = replace(QUERIES, name="CPU time", operation="", per="execution", verdict=Verdict.UNCHANGED)
RISEN_CPU = replace(CPU, verdict=Verdict.REGRESSED, change=Estimate(0.036, 0.02, 0.05234, 0.95))
LEAK = replace(
    RISEN_CPU, name="growth of memory", per="growth", change=Estimate(4.1e6, 3.9e6, 4_312_345.0, 0.95)
)
QUERIES = samples.COSTS[0]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def accept(*words: str, costs: tuple[CostResult, ...]) -> Result:
    folder = Path("gate")
    folder.mkdir()
    result = samples.gate()
    known = replace(result, costs=costs, subject=replace(result.subject, faults=()))
    (folder / "report.json").write_text(json_report.render(known))
    return CliRunner().invoke(cli, ["accept", "gate", "--because", "prices are checked", *words])


def test_an_operation_is_accepted_with_its_own_costs_that_rose() -> None:
    done = accept("--operation", "PlaceOrderCommand", costs=(QUERIES, CPU))
    assert done.exit_code == 0, done.output
    (one,) = policy_file.load().accepted
    assert one.changes == {"latency": 0.241, "p95": 0.295}
    assert one.costs == {"SQL statements": 0.36}
    assert "stays red" not in done.output


def test_a_cost_of_the_process_that_stays_red_is_told_with_its_option() -> None:
    done = accept("--operation", "PlaceOrderCommand", costs=(RISEN_CPU,))
    assert "CPU time stays red: all operations share it; --cost 'CPU time' accepts it" in done.output
    assert policy_file.load().accepted[0].costs == {}


def test_costs_of_the_process_are_accepted_by_a_part_of_their_name_with_or_without_an_operation() -> None:
    done = accept(
        "--operation", "PlaceOrderCommand", "--cost", "cpu", "--cost", "memory", costs=(RISEN_CPU, LEAK)
    )
    assert done.exit_code == 0, done.output
    own, of_process = policy_file.load().accepted
    assert (own.operation, own.costs) == ("PlaceOrderCommand", {})
    assert (of_process.operation, of_process.changes) == ("", {})
    assert of_process.costs == {"CPU time": 0.0524, "growth of memory": 4_320_000.0}
    assert "accepted until" in done.output
    assert "PlaceOrderCommand, CPU time, growth of memory; commit it" in done.output


@pytest.mark.parametrize(
    ("words", "costs", "said"),
    [
        ((), (), "nothing is named; give --operation NAME or --cost NAME"),
        (("--cost", "CPU tyme"), (RISEN_CPU,), "--cost CPU tyme: not in this run; nearest: CPU time"),
        (("--cost", "cpu"), (CPU,), "CPU time did not rise in this run"),
        (("--cost", "t"), (RISEN_CPU, LEAK), "several rose (CPU time, growth of memory); name one"),
        (("--cost", "sql statements"), (QUERIES,), "of operations; give --operation PlaceOrderCommand"),
        (("--operation", "GetMenuQuery"), (QUERIES,), "GetMenuQuery did not regress"),
    ],
)
def test_a_cost_that_cannot_be_accepted_is_refused(
    words: tuple[str, ...], costs: tuple[CostResult, ...], said: str
) -> None:
    assert said in str(accept(*words, costs=costs).exception)
    assert not Path("perf.toml").exists()


def test_the_advice_after_a_gate_names_what_is_red_in_one_command() -> None:
    def advice(costs: tuple[CostResult, ...], *, slower: bool) -> str:
        result = replace(samples.gate(), costs=costs)
        if not slower:
            result = replace(result, operations=result.operations[-1:])
        return " ".join(next_steps.next_steps(result, (), Policy()))

    command = "mario-perf accept latest"
    both = f"{command} --operation PlaceOrderCommand --cost 'CPU time' --because"
    assert both in advice((QUERIES, RISEN_CPU), slower=True)
    assert both in advice((QUERIES, RISEN_CPU), slower=False)
    assert f"{command} --cost 'CPU time' --because" in advice((RISEN_CPU,), slower=False)
    assert advice((CPU,), slower=False) == ""
