"""The history beside a result: read from the store of the runs, and never at the verdict's cost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from mario_perf.gate import past
from mario_perf.history.store_address import VARIABLE, open_store
from mario_perf.reports import html_report
from tests.history.test_gate_batch import duet
from tests.history.test_past_values import earlier

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_other_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def test_a_result_gets_the_revisions_of_the_store(tmp_path: Path) -> None:
    open_store(runs=tmp_path).append(earlier(20))
    result = past.with_past(duet(), tmp_path)
    assert result.past.problem == ""
    assert result.past.operations[0].revisions[-2:] == ("r19", "bbb222")
    assert "this gate:" in html_report.render(result)


def test_a_new_store_adds_no_chapter(tmp_path: Path) -> None:
    result = past.with_past(duet(), tmp_path)
    assert result.past.operations == ()
    assert "The last revisions" not in html_report.render(result)


def test_a_damaged_store_costs_a_line_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_text("no database")
    result = past.with_past(duet(), tmp_path)
    assert result.outcome is duet().outcome
    assert "Not shown: the history cannot be read" in html_report.render(result)


def test_values_that_fit_nothing_cost_a_line_and_nothing_else(tmp_path: Path) -> None:
    open_store(runs=tmp_path).append(earlier(20))
    with closing(sqlite3.connect(tmp_path / "history.db")) as database:
        database.execute("UPDATE levels SET value = 9e999")
        database.commit()
    result = past.with_past(duet(), tmp_path)
    assert result.outcome is duet().outcome
    assert "Not shown" in html_report.render(result)


@pytest.mark.parametrize("time", [-1e18, 1e18, 1e300, 9e999])
def test_times_that_are_none_cost_a_line_and_nothing_else(tmp_path: Path, time: float) -> None:
    open_store(runs=tmp_path).append(earlier(20))
    with closing(sqlite3.connect(tmp_path / "history.db")) as database:
        database.execute("UPDATE batches SET time = ?", (time,))
        database.commit()
    result = past.with_past(duet(), tmp_path)
    assert result.outcome is duet().outcome
    assert "Not shown: the history cannot be read" in html_report.render(result)


def test_a_store_that_does_not_answer_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "SECONDS", 0.2)
    open_store(runs=tmp_path).append(earlier(20))
    with closing(sqlite3.connect(tmp_path / "history.db")) as database:
        database.execute("BEGIN EXCLUSIVE")
        result = past.with_past(duet(), tmp_path)
    assert "did not answer" in result.past.problem
