"""What a gate adds to the history."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mario_perf.history.gate_batch import gate_batch
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Commit, GateResult, Outcome
from mario_perf.validity.codes import Code
from tests.reports import samples


def duet(baseline: str = "aaa111", candidate: str = "bbb222", **changes: object) -> GateResult:
    result = replace(samples.gate(), method="duet", outcome=Outcome.PASS)
    subject = replace(
        result.subject, run_id="run-1", baseline=Commit(baseline), candidate=Commit(candidate), faults=()
    )
    return replace(result, subject=replace(subject, **changes))  # type: ignore[arg-type]


def test_a_duet_gives_links_with_the_error_of_their_intervals() -> None:
    result = duet()
    batch = gate_batch(result)
    assert batch is not None
    assert batch.source == "gate:run-1"
    assert {(link.earlier, link.later) for link in batch.links} == {("aaa111", "bbb222")}
    assert all(link.error > 0 and math.isfinite(link.log_ratio) for link in batch.links)
    assert not {link.metric for link in batch.links} & {key for key, entry in METRICS.items() if entry.share}
    changes = {
        (one.operation.name, str(each.metric)): each.change.value
        for one in result.operations
        for each in one.comparisons
    }
    for link in batch.links:
        assert math.expm1(link.log_ratio) == pytest.approx(changes[link.operation, link.metric])


def test_a_gate_that_was_played_on_is_named_by_all_its_rounds() -> None:
    result = duet()
    note = Code.CONTINUED.finding(before="2 rounds", more=1)
    batch = gate_batch(replace(result, findings=(*result.findings, note)))
    assert batch is not None
    assert batch.source == "gate:run-1 after 3 rounds"


def test_levels_are_the_candidates() -> None:
    batch = gate_batch(duet())
    assert batch is not None
    assert {level.revision for level in batch.levels} == {"bbb222"}
    assert all(math.isfinite(level.value) for level in batch.levels)


def test_a_stored_baseline_gives_no_link() -> None:
    batch = gate_batch(replace(duet(), method="stored"))
    assert batch is not None
    assert batch.levels
    assert batch.links == ()


def test_a_build_against_itself_gives_no_link() -> None:
    batch = gate_batch(duet("aaa111", "aaa111"))
    assert batch is not None
    assert batch.links == ()


def test_two_changed_trees_are_two_revisions() -> None:
    batches = [gate_batch(duet(candidate="aaa111 with changes", run_id=run)) for run in ("one", "two")]
    revisions = {level.revision for batch in batches if batch for level in batch.levels}
    assert revisions == {"aaa111 with changes (one)", "aaa111 with changes (two)"}


def test_injected_faults_and_invalid_gates_are_not_kept() -> None:
    assert gate_batch(duet(faults=("--slow X=2",))) is None
    assert gate_batch(replace(duet(), subject=replace(duet().subject, candidate=None))) is None
    assert gate_batch(replace(duet(), outcome=Outcome.INVALID)) is None
