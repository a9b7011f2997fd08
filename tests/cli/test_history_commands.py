"""The commands as they are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mario_perf.cli.compare_command import compare
from mario_perf.cli.history_command import history
from mario_perf.cli.invocation import Invocation
from mario_perf.cli.runs_command import list_runs
from mario_perf.cli.trend_command import trend
from mario_perf.history.measurements import Batch, Link
from mario_perf.history.store_address import open_store
from tests.simulated_runs import MakeRun, Plan

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
    for count_text in ("60 added, 0 there already", "0 added, 60 there already"):
        assert count_text in CliRunner().invoke(history, arguments, catch_exceptions=False).output
    return where


def test_trend_finds_the_step_of_imported_values(store: str) -> None:
    done = CliRunner().invoke(trend, ["--store", store, "--format", "json"], catch_exceptions=False)
    found = {each["operation"]: each["change_points"] for each in json.loads(done.output)["series"]}
    assert found["Menu"] == []
    assert [point["first_revision_after"] for point in found["Order"]] == ["r30"]


def test_trend_reports_a_shift_as_new_once(store: str) -> None:
    outputs = [CliRunner().invoke(trend, ["--store", store], catch_exceptions=False).output for _ in "12"]
    assert ["new:" in output for output in outputs] == [True, False]


def test_a_look_with_another_rule_is_not_kept(store: str) -> None:
    for options in (["--false-alarm-rate", "0.1"], ["--operation", "Order"]):
        CliRunner().invoke(trend, ["--store", store, *options], catch_exceptions=False)
    assert open_store(store).alerts() == ()


def test_trend_writes_a_page(store: str, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "trend.html"
    done = CliRunner().invoke(trend, ["--store", store, "--html", str(page)], catch_exceptions=False)
    assert "between r29 and r30" in done.output
    assert "between r29 and r30" in page.read_text()


def test_an_operation_that_the_history_lacks_is_named(store: str) -> None:
    done = CliRunner().invoke(trend, ["--store", store, "--metric", "p9"])
    assert "the history has no such name" in str(done.exception)


def test_what_is_pruned_is_gone(store: str) -> None:
    done = CliRunner().invoke(history, ["prune", "--store", store, "--keep", "10"], catch_exceptions=False)
    assert "50 taken out" in done.output
    assert CliRunner().invoke(history, ["prune", "--store", store]).exit_code == 2


@pytest.mark.parametrize("shape", [[], ["--shape", "otava"]])
def test_export_writes_what_import_read(store: str, tmp_path: Path, shape: list[str]) -> None:
    arguments = ["export", "--store", store, *shape, str(tmp_path / "out.csv")]
    done = CliRunner().invoke(history, arguments, catch_exceptions=False)
    assert "120 values" in done.output


def test_a_recorded_run_joins_the_history_once(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("slow", Plan({"PlaceOrderCommand": 0.016, "GetMenuQuery": 0.002}, seed=3))
    where = str(tmp_path / "history.db")
    for count_text in ("1 added", "0 added"):
        arguments = ["import", "--store", where, str(run)]
        assert count_text in CliRunner().invoke(history, arguments, catch_exceptions=False).output
    (batch,) = open_store(where).batches(metrics=["latency"])
    values = {level.operation: level.value for level in batch.levels}
    assert values["PlaceOrderCommand"] == pytest.approx(0.016, rel=0.3)
    assert values["GetMenuQuery"] == pytest.approx(0.002, rel=0.3)


def test_a_compared_run_of_a_known_revision_joins_the_history_beside_it(
    make_run: MakeRun, tmp_path: Path
) -> None:
    run = make_run("one", Plan())
    record = json.loads((run / "run.json").read_text())
    record["targets"][0]["revision"] = "abc123"
    (run / "run.json").write_text(json.dumps(record))
    for _ in "12":
        done = CliRunner().invoke(compare, [str(run)], obj=Invocation(command_line=("compare",)))
        assert done.exception is None, done.output
    (batch,) = open_store(runs=run.parent).batches(metrics=["p95"])
    assert {level.revision for level in batch.levels} == {"abc123"}


def test_check_names_the_duet_that_the_others_contradict(tmp_path: Path) -> None:
    where = str(tmp_path / "history.db")
    pairs = [
        ("a", "b", 0.0),
        ("b", "c", 0.0),
        ("c", "d", 0.0),
        ("a", "c", 0.4),
        ("a", "d", 0.0),
        ("b", "d", 0.0),
    ]
    open_store(where).append(
        Batch(f"gate-{n}", float(n), "mario", (), (Link(a, b, "Menu", "latency", value, 0.01),))
        for n, (a, b, value) in enumerate(pairs)
    )
    done = CliRunner().invoke(history, ["check", "--store", where], catch_exceptions=False)
    first, second = done.output.splitlines()
    assert first.startswith("Menu, latency: 4 revisions, 6 duets, typical standard error")
    assert second.startswith("  a to c: this duet says +49.2 %")


def test_only_a_git_ref_is_exchanged(store: str) -> None:
    done = CliRunner().invoke(history, ["sync", "--store", store, "origin"])
    assert "only a history in a git ref" in str(done.exception)


def test_a_link_in_the_folder_of_runs_does_not_choose_where_the_index_is_written(tmp_path: Path) -> None:
    theirs, run = tmp_path / "theirs", tmp_path / "runs" / "one"
    theirs.write_text("keep")
    run.mkdir(parents=True)
    (run / "report.json").write_text("{}")
    (run.parent / "index.html").symlink_to(theirs)
    done = CliRunner().invoke(list_runs, ["--runs-dir", str(run.parent), "--html"], catch_exceptions=False)
    assert f"index: {run.parent / 'index.html'}" in done.output
    assert theirs.read_text() == "keep"


def test_the_index_of_runs_links_to_reports_and_escapes_names(make_run: MakeRun) -> None:
    runs_dir = make_run("one & <two>", Plan()).parent
    compared = CliRunner().invoke(
        compare, [str(runs_dir / "one & <two>")], obj=Invocation(command_line=("compare",))
    )
    assert compared.exception is None
    done = CliRunner().invoke(list_runs, ["--runs-dir", str(runs_dir), "--html"], catch_exceptions=False)
    assert "index.html" in done.output
    page = (runs_dir / "index.html").read_text()
    assert '<a href="one%20%26%20%3Ctwo%3E/report.html">one &amp; &lt;two&gt;</a>' in page
