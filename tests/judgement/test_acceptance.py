"""A regression is accepted up to a size, until a day, against one baseline; a larger one stays red."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mario_perf.cli.main import cli
from mario_perf.configuration import acceptance_text, policy_file
from mario_perf.configuration.policy import Acceptance, Policy
from mario_perf.errors import PolicyError
from mario_perf.judgement import acceptance, doubts, verdict
from mario_perf.judgement.doubts import Cause
from mario_perf.judgement.sequential import is_decided
from mario_perf.model import Estimate, Outcome, Verdict
from mario_perf.reports import json_report
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import OperationResult

TODAY = date(2026, 11, 30)
ONE = Acceptance(
    "PlaceOrderCommand", {"latency": 0.25}, date(2026, 12, 30), "3f2a91c04d", "prices are checked"
)

QUERIES = replace(ONE, changes={}, costs={"SQL statements": 0.35})
CPU = replace(ONE, operation="", changes={}, costs={"CPU time": 0.05})


def slower(*, also_open: bool = False) -> OperationResult:
    """PlaceOrderCommand, 21.4 % slower; and in nothing else worse."""
    one = samples.operations()[0]
    others = [each for each in one.comparisons if also_open or each.metric != "p95"]
    return replace(one, comparisons=tuple(others))


def test_what_is_accepted_is_no_regression_and_says_why() -> None:
    agreed = acceptance.apply(slower(), [ONE])
    assert agreed.verdict is Verdict.ACCEPTED
    assert agreed.explanation.startswith("Accepted until 2026-12-30, because prices are checked. ")
    assert verdict.outcome([agreed.verdict]) is Outcome.PASS
    assert verdict.sentence(Outcome.PASS, [agreed], ()) == (
        "No regression but what perf.toml accepts: PlaceOrderCommand."
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, changes={"latency": 0.2}),
        replace(ONE, changes={"p95": 0.5}),
        replace(ONE, operation="GetMenuQuery"),
    ],
)
def test_a_larger_change_another_metric_and_another_operation_stay_red(other: Acceptance) -> None:
    assert acceptance.apply(slower(), [other]).verdict is Verdict.REGRESSED


def test_what_is_open_beside_it_stays_open_and_is_named_at_once() -> None:
    left = acceptance.apply(slower(also_open=True), [ONE])
    assert (left.verdict, left.decided_by) == (Verdict.INCONCLUSIVE, "p95")
    assert left.explanation.startswith("Beside what is accepted until 2026-12-30 (typical time): The p95")
    assert verdict.sentence(Outcome.INCONCLUSIVE, [left], ()) == (
        "No clear answer for 1 of 1 operation. What perf.toml accepts is taken out; still open beside it: "
        "PlaceOrderCommand (p95)."
    )


def test_the_cause_of_what_is_open_beside_it_is_told_as_of_any_other() -> None:
    left = acceptance.apply(slower(also_open=True), [ONE])
    (doubt,) = doubts.doubts([left], Policy())
    assert (doubt.cause, doubt.metric) == (Cause.LIKELY, "p95")


def test_what_is_open_is_accepted_with_the_rest_if_nothing_larger_is_possible() -> None:
    for most, left in ((0.3, Verdict.ACCEPTED), (0.29, Verdict.INCONCLUSIVE)):
        agreed = replace(ONE, changes={"latency": 0.25, "p95": most})
        assert acceptance.apply(slower(also_open=True), [agreed]).verdict is left


def test_the_check_of_an_accepted_rise_says_so() -> None:
    agreed = acceptance.apply(slower(), [ONE])
    decisive = agreed.decisive_comparison
    assert decisive is not None
    assert (decisive.metric, decisive.verdict) == ("latency", Verdict.ACCEPTED)


def test_an_accepted_regression_does_not_end_a_gate() -> None:
    open_one = samples.compared("GetMenuQuery", "query", 0.002, (0.04, -0.02, 0.1), Verdict.INCONCLUSIVE)
    agreed = acceptance.apply(slower(), [ONE])
    assert not is_decided([agreed, open_one])
    assert is_decided([agreed])


@pytest.mark.parametrize(
    ("today", "baseline", "holds"),
    [
        (TODAY, "3f2a91c04d", True),
        (TODAY, "3f2a91c", True),
        (TODAY, "3f2a91c04d with changes", True),
        (ONE.until, "3f2a91c04d", True),
        (ONE.until + timedelta(days=1), "3f2a91c04d", False),
        (TODAY, "0000000000", False),
        (TODAY, None, False),
    ],
)
def test_it_holds_until_its_day_and_for_its_baseline(
    today: date, baseline: str | None, *, holds: bool
) -> None:
    assert bool(acceptance.in_force([ONE], baseline, today)) is holds
    (told,) = acceptance.findings(Policy(accepted=(ONE,)), baseline, today, costs=True)
    assert told.code == ("accepted" if holds else "acceptance-ended")
    assert "PlaceOrderCommand" in told.message


def test_what_is_written_is_read_as_it_was() -> None:
    odd = replace(ONE, operation='GET "/search"', because="it's \\ worth it")
    of_process = replace(CPU, costs={"CPU time": 0.05, "growth of memory": 250_000.0})
    for one in (odd, QUERIES, of_process):
        assert policy_file.parse(acceptance_text.text(one)).accepted == (one,)


@pytest.mark.parametrize(
    ("one", "most", "left"),
    [
        (QUERIES, 0.34, Verdict.ACCEPTED),
        (QUERIES, 0.33, Verdict.REGRESSED),
        (CPU, 0.34, Verdict.ACCEPTED),
        (CPU, 0.33, Verdict.REGRESSED),
    ],
)
def test_a_cost_is_accepted_by_its_size_and_says_until_when_and_why(
    one: Acceptance, most: float, left: Verdict
) -> None:
    (name,) = one.costs
    cost = replace(
        samples.COSTS[0], name=name, operation=one.operation, change=Estimate(0.333, 0.3, 0.36, 0.95)
    )
    judged = acceptance.apply_to_cost(cost, [replace(one, costs={name: most})])
    assert judged.verdict is left
    if left is Verdict.ACCEPTED:
        assert judged.explanation.startswith("Accepted until 2026-12-30, because prices are checked. ")


def test_a_cost_of_another_operation_and_of_the_process_stay_red() -> None:
    cost = samples.COSTS[0]
    assert acceptance.apply_to_cost(cost, [QUERIES]).verdict is Verdict.ACCEPTED
    for owner in ("GetMenuQuery", ""):
        other = replace(QUERIES, operation=owner)
        assert acceptance.apply_to_cost(cost, [other]).verdict is Verdict.REGRESSED


def test_what_was_accepted_last_holds() -> None:
    small, large = replace(ONE, changes={"latency": 0.1}), replace(QUERIES, costs={"SQL statements": 0.1})
    assert acceptance.apply(slower(), [small, ONE, QUERIES]).verdict is Verdict.ACCEPTED
    assert acceptance.apply_to_cost(samples.COSTS[0], [large, QUERIES, ONE]).verdict is Verdict.ACCEPTED


def test_an_accepted_cost_is_named_in_the_answer_and_with_its_size_in_the_findings() -> None:
    cost = acceptance.apply_to_cost(samples.COSTS[0], [QUERIES])
    assert verdict.sentence(Outcome.PASS, samples.operations()[-1:], (), [cost]).startswith(
        "No regression but what perf.toml accepts: SQL statements."
    )
    grows = replace(CPU, costs={"growth of memory": 250_000.0})
    policy = Policy(accepted=(QUERIES, grows))
    told = acceptance.findings(policy, ONE.baseline, TODAY, costs=True)
    assert list(acceptance.findings(policy, ONE.baseline, TODAY, costs=False)) == []
    assert [each.message for each in told] == [
        f"perf.toml accepts until 2026-12-30: {sizes}, because prices are checked"
        for sizes in (
            "PlaceOrderCommand, SQL statements up to +35.0 %",
            "growth of memory up to +250 kB a 1,000 executions",
        )
    ]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            replace(CPU, costs={"CPU tyme": 0.1}),
            "CPU tyme is not a cost of the process; nearest: CPU time",
        ),
        (
            replace(QUERIES, costs={"SQL statement": 0.1}),
            "SQL statement is not a cost of PlaceOrderCommand; nearest: SQL statements",
        ),
        (replace(ONE, operation=""), "operation is missing; changes are those of one operation"),
        (replace(ONE, changes={}), "nothing is accepted; name the largest rises in changes or in costs"),
    ],
)
def test_an_acceptance_that_could_never_apply_is_refused(one: Acceptance, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        policy_file.parse(acceptance_text.text(one))


def test_a_metric_that_does_not_exist_is_refused() -> None:
    text = acceptance_text.text(ONE).replace("latency", "latenzy")
    with pytest.raises(PolicyError, match="latenzy is not a metric; nearest: latency"):
        policy_file.parse(text)


def keep_gate(folder: Path, *, faults: tuple[str, ...] = ()) -> None:
    """The report of a gate, in a folder of the project."""
    result = samples.gate()
    folder.mkdir()
    known = replace(result, subject=replace(result.subject, faults=faults))
    (folder / "report.json").write_text(json_report.render(known))


def test_an_injected_fault_is_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep_gate(tmp_path / "gate", faults=("--slow PlaceOrderCommand=1.5",))
    words = ["accept", "gate", "--operation", "PlaceOrderCommand", "--because", "x"]
    done = CliRunner().invoke(cli, words)
    assert "the fault was injected (--slow PlaceOrderCommand=1.5)" in str(done.exception)
    assert not Path("perf.toml").exists()


def test_the_command_writes_what_the_run_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keep_gate(tmp_path / "gate")
    Path("perf.toml").write_text("[gate]\nmax_findings = 5\n")
    words = ["accept", "gate", "--operation", "PlaceOrderCommand", "--because", "prices are checked"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    policy = policy_file.load()
    assert policy.max_findings == 5
    (one,) = policy.accepted
    assert (one.operation, one.changes, one.baseline) == (
        "PlaceOrderCommand",
        {"latency": 0.241, "p95": 0.295},
        "3f2a91c04d",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--operation", "PlaceOrder", "--because", "x"], "nearest: PlaceOrderCommand"),
        (["--operation", "GetMenuQuery", "--because", "x"], "did not regress"),
        (["--operation", "PlaceOrderCommand", "--because", " "], "is empty"),
        (["--operation", "PlaceOrderCommand", "--because", "x", "--until", "2020-01-01"], "not a day from"),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keep_gate(tmp_path / "gate")
    done = CliRunner().invoke(cli, ["accept", "gate", *words])
    assert said in str(done.exception)
    assert not Path("perf.toml").exists()
