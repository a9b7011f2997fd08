"""Which runs become a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mario_perf.baselines import stored_baselines
from mario_perf.cli.baseline_command import baseline
from mario_perf.errors import NotKeptError, UserError
from mario_perf.validity import incidents
from tests.simulated_runs import Service, keep_scrapes, record, target

if TYPE_CHECKING:
    from mario_perf.run_record import Side


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def leave(
    *sides: Side,
    scraped_until: int = 60,
    failing: int = 0,
    step: dict[str, Any] | None = None,
    **changes: Any,
) -> Path:
    """A run's folder: ten executions a second in the window, on every side; of these so many ``failing``."""
    folder = Path("runs/one")
    for side in sides:
        service, scrapes = Service(), []
        for second in range(scraped_until + 1):
            for number in range(10 if 10 <= second < 50 else 0):
                service.execute("GetMenuQuery", 0.002, "business_rule" if number < failing else None)
            scrapes.append((second + 0.5 if 10 <= second < 50 else float(second), service.body()))
        keep_scrapes(folder, side, scrapes)
    targets = [target({"GetMenuQuery": 400}, side=side, **(step or {})) for side in sides]
    (folder / "run.json").write_text(record(*targets, **changes).model_dump_json())
    return folder


def save(run: Path) -> str:
    return (
        CliRunner()
        .invoke(baseline, ["save", "--run", str(run)], catch_exceptions=False, standalone_mode=False)
        .output
    )


def test_a_run_that_can_be_judged_is_kept() -> None:
    assert save(leave("candidate")).endswith(": 1 run\n")
    assert len(stored_baselines.find_all()) == 1


def test_a_run_of_which_a_large_share_failed_is_kept_with_a_warning() -> None:
    told = save(leave("candidate", failing=6, step={"failed": 240, "errors": {"HTTP 500": 240}}))
    assert "warning: run-1: many executions of GetMenuQuery (60%) failed" in told
    assert "ignored_error_types" in told
    assert len(stored_baselines.find_all()) == 1


def test_business_answers_are_no_failures_of_a_baseline() -> None:
    assert "warning" not in save(leave("candidate", failing=6, step={"business": 240}))


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        ({"rates": {"offered": 100.0, "achieved": 10.0}}, r"10\.0 of 100\.0 .* were achieved"),
        ({"scraped_until": 11}, r"scrapes cover 11\.5 s, not the whole run"),
    ],
)
def test_a_run_that_cannot_be_judged_is_refused_with_the_reason(unfit: dict[str, Any], why: str) -> None:
    run = leave("candidate", **unfit)
    with pytest.raises(NotKeptError, match=rf"run-1 is not stored, because it cannot be judged: .*{why}"):
        save(run)
    assert stored_baselines.find_all() == ()


def test_a_run_whose_service_died_is_refused() -> None:
    run = leave("candidate")
    incidents.keep(run, incidents.side_died("candidate ended with exit code 137"))
    with pytest.raises(NotKeptError, match=r"cannot be judged: candidate ended with exit code 137"):
        save(run)
    assert stored_baselines.find_all() == ()


def test_half_a_duet_is_refused() -> None:
    run = leave("baseline", "candidate")
    with pytest.raises(UserError, match=r"in a duet.*save a run of one"):
        save(run)
    assert stored_baselines.find_all() == ()
