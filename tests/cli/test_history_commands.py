"""The commands as they are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mario_perf.cli.history_command import history
from mario_perf.cli.trend_command import trend

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A history with a step of 20 % in one of two operations."""
    rows = ["date,commit,Menu,Order"]
    rows += [
        f"{1_700_000_000 + 3600 * n},r{n},{10 + n % 3 * 0.1},{(5 + n % 2 * 0.1) * (1.2 if n >= 30 else 1)}"
        for n in range(60)
    ]
    file = tmp_path / "nightly.csv"
    file.write_text("\n".join(rows))
    where = str(tmp_path / "history.db")
    arguments = ["import", "--store", where, "--map", "time=date", "--map", "revision=commit", str(file)]
    for told in ("60 added, 0 there already", "0 added, 60 there already"):
        assert told in CliRunner().invoke(history, arguments, catch_exceptions=False).output
    return where


def test_trend_finds_the_step_of_imported_values(store: str) -> None:
    done = CliRunner().invoke(trend, ["--store", store, "--format", "json"], catch_exceptions=False)
    found = {each["operation"]: each["change_points"] for each in json.loads(done.output)["series"]}
    assert found["Menu"] == []
    assert [point["first_revision_after"] for point in found["Order"]] == ["r30"]


def test_trend_writes_a_page(store: str, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "trend.html"
    done = CliRunner().invoke(trend, ["--store", store, "--html", str(page)], catch_exceptions=False)
    assert "between r29 and r30" in done.output
    assert "between r29 and r30" in page.read_text()


def test_an_operation_that_the_history_lacks_is_told(store: str) -> None:
    done = CliRunner().invoke(trend, ["--store", store, "--metric", "p9"])
    assert "the history has no such name" in str(done.exception)


def test_what_is_pruned_is_gone(store: str) -> None:
    done = CliRunner().invoke(history, ["prune", "--store", store, "--keep", "10"], catch_exceptions=False)
    assert "50 taken out" in done.output
    assert CliRunner().invoke(history, ["prune", "--store", store]).exit_code == 2


def test_export_writes_what_import_read(store: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    done = CliRunner().invoke(history, ["export", "--store", store, str(file)], catch_exceptions=False)
    assert "120 values" in done.output
