"""A step that triggers another operation than it names is counted for that, if the counts allow no doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.configuration.policy import Policy
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import Operation, Snapshots
from mario_perf.runs import Run
from mario_perf.sources.source import Source
from tests.simulated_runs import record, target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.run_record import Side, Span, TargetRecord

READY, STATUS = "GetDeliveryOrdersQuery", "GetOrdersByStatusQuery"


class Counters:
    """A source that saw these executions in the window, on each side."""

    def __init__(self, executed: Mapping[str, int], baseline: Mapping[str, int] | None = None) -> None:
        self._executed: dict[Side, Mapping[str, int]] = {
            "candidate": executed,
            "baseline": executed if baseline is None else baseline,
        }

    def snapshots(self, of: TargetRecord, span: Span) -> Snapshots:  # noqa: ARG002
        executed = self._executed[of.side]
        counts = np.array([[0, 0, n, n, n, n] for n in executed.values()]).T
        buckets = np.zeros((6, len(executed), 4), dtype=np.int64)
        buckets[:, :, 1] = counts
        return Snapshots(
            times=np.array([0.0, 9.0, 23.0, 37.0, 51.0, 60.0]),
            operations=tuple(Operation("query", name) for name in executed),
            bounds=np.array([0.005, 0.01, 0.02]),
            buckets=buckets,
            sums=counts * 0.008,
            executions=counts,
            error_types=(),
            failures=np.zeros((6, len(executed), 0), dtype=np.int64),
            starts=np.full(6, 7.0),
        )

    def matchers(self, of: TargetRecord) -> Mapping[str, str]:  # noqa: ARG002
        return {}


def measured(
    sent: Mapping[str, int],
    executed: Mapping[str, int],
    operations: Mapping[str, tuple[str, ...]] | None = None,
) -> MeasuredRun:
    source = Source(Counters(executed), operations or {})
    return measure_run(Run(Path("runs/one"), record(target(sent))), source)


def codes(found: MeasuredRun) -> set[str]:
    return {each.code for each in found.candidate.findings}


def test_what_the_service_counts_as_another_query_is_told_and_the_run_goes_on() -> None:
    found = measured({READY: 32, STATUS: 23}, {READY: 0, STATUS: 55})
    assert [(each.step, each.triggered, each.requests) for each in found.reassigned] == [(READY, STATUS, 32)]
    assert codes(found) == set()
    (row,) = found.candidate.reconciliation
    assert (row.operation, row.client_whole, row.server_whole) == (STATUS, 55, 55)


def test_the_finding_says_what_was_counted_and_what_to_write() -> None:
    rounds = [measured({READY: 32, STATUS: 23}, {STATUS: 55})] * 2
    (told,) = (each for each in conclude(rounds, None, Policy()).findings if each.code == "steps-reassigned")
    assert f"{READY} was never executed, and {STATUS} 64 times more than it was sent" in told.message
    assert f'[load.operations] "{READY}" = "{STATUS}"' in told.message


def test_an_operation_of_another_name_is_found_too() -> None:
    found = measured({"GET /books": 32, "GET /orders": 7}, {"GET /book/": 32, "GET /orders": 7})
    assert [(each.named, each.triggered) for each in found.reassigned] == [("GET /books", "GET /book/")]


def test_a_step_that_is_refused_each_time_triggers_nothing() -> None:
    sent = target({"GetMenuQuery": 5})
    refused = sent.whole_run[0].model_copy(
        update={"step": "delivered", "operation": "Update", "failed": 5, "statuses": {"400": 5}}
    )
    steps = (*sent.whole_run, refused)
    run = record(sent.model_copy(update={"whole_run": steps, "in_window": steps}))
    found = measure_run(Run(Path("runs/one"), run), Source(Counters({"GetMenuQuery": 5})))
    assert codes(found) == set()
    (told,) = (each for each in conclude([found], None, Policy()).findings if each.code == "steps-reassigned")
    assert "delivered (each of 5 requests was refused, and Update was never executed)" in told.message
    assert 'perf.toml [load.operations] "delivered" = []' in told.message


def test_where_two_readings_fit_nothing_is_guessed() -> None:
    found = measured({"A": 10, "B": 1, "C": 1}, {"A": 0, "B": 11, "C": 11})
    assert found.reassigned == ()
    assert "counts-disagree" in codes(found)


def test_where_counts_leave_two_readings_names_decide() -> None:
    found = measured({"GET /books": 34, "GET /orders": 34}, {"/books": 34, "/orders": 34})
    assert [(each.named, each.triggered) for each in found.reassigned] == [
        ("GET /books", "/books"),
        ("GET /orders", "/orders"),
    ]


def test_names_that_are_both_alike_decide_nothing() -> None:
    found = measured({"GET /orders": 34, "POST /orders": 34}, {"/orders": 34, "/books": 34})
    assert found.reassigned == ()
    (told,) = found.candidate.findings
    assert told.code == "names-differ"
    assert "steps name GET /orders, POST /orders, never executed" in told.message
    assert "executed /books, /orders, named by no step" in told.message


def test_where_the_counts_do_not_add_up_nothing_is_guessed() -> None:
    found = measured({READY: 32, STATUS: 23}, {READY: 0, STATUS: 54})
    assert found.reassigned == ()
    assert "counts-disagree" in codes(found)


def test_a_build_that_alone_stopped_an_operation_is_not_excused() -> None:
    sides = (target({READY: 32, STATUS: 23}, side="baseline"), target({READY: 32, STATUS: 23}))
    source = Source(Counters({READY: 0, STATUS: 55}, baseline={READY: 32, STATUS: 23}))
    found = measure_run(Run(Path("runs/one"), record(*sides)), source)
    assert found.reassigned == ()
    assert "counts-disagree" in codes(found)


def test_the_policy_says_what_a_step_triggers() -> None:
    found = measured({READY: 32, STATUS: 23}, {READY: 0, STATUS: 55}, {READY: (STATUS,)})
    assert found.reassigned == ()
    assert codes(found) == set()
    assert found.record.targets[0].in_window[0].operation == STATUS


def test_a_step_may_trigger_several_operations() -> None:
    found = measured({"order": 20}, {"PlaceOrder": 20, "GetMenu": 20}, {"order": ("PlaceOrder", "GetMenu")})
    assert codes(found) == set()
    assert {row.operation: row.client_whole for row in found.candidate.reconciliation} == {
        "PlaceOrder": 20,
        "GetMenu": 20,
    }
    assert all(each.requests and each.requests.sent == 20 for each in found.candidate.measurements.values())


def test_a_step_may_trigger_none() -> None:
    found = measured({"health": 20, "order": 5}, {"order": 5}, {"health": ()})
    assert codes(found) == set()
    assert [row.operation for row in found.candidate.reconciliation] == ["order"]


def test_where_the_service_tells_no_operations_apart_every_step_is_part_of_the_only_one() -> None:
    class One(Counters):
        def snapshots(self, of: TargetRecord, span: Span) -> Snapshots:
            return replace(super().snapshots(of, span), one_operation=True)

    sent = record(target({"GET /a": 50, "GET /b": 40}))
    found = measure_run(Run(Path("runs/one"), sent), Source(One({"shop_seconds": 90})))
    (row,) = found.candidate.reconciliation
    assert (row.operation, row.client_whole, row.server_whole) == ("shop_seconds", 90, 90)
    assert codes(found) == set()


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 50), min_size=2), st.data())
def test_counts_that_agree_are_never_read_otherwise(sent: dict[str, int], data: st.DataObject) -> None:
    found = measured(sent, sent)
    assert found.reassigned == ()
    assert codes(found) == set()


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 50), min_size=2), st.data())
def test_what_was_read_otherwise_agrees_to_the_unit(sent: dict[str, int], data: st.DataObject) -> None:
    moved = data.draw(st.sampled_from(sorted(sent)))
    to = data.draw(st.sampled_from([name for name in sorted(sent) if name != moved]))
    executed = {**sent, to: sent[to] + sent[moved], moved: 0}
    found = measured(sent, executed)
    assert [(each.named, each.triggered) for each in found.reassigned] == [(moved, to)]
    assert all(row.agrees for row in found.candidate.reconciliation)
