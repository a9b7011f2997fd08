"""A run's folder never overwrites another's, and its record is whole."""

from pathlib import Path

import pytest

from mario_perf import runs
from mario_perf.load.record import fingerprint, run_folder
from mario_perf.run_record import Generator, Rates, RunRecord, Span, TargetRecord


def record(run_id: str) -> RunRecord:
    nothing = Span(start=1.0, end=1.0)
    target = TargetRecord(
        side="candidate", url="http://h", metrics_url="http://h/metrics", whole_run=(), in_window=()
    )
    return RunRecord(
        run_id=run_id,
        scenario="mario",
        seed=1,
        model="closed",
        users=1,
        spawn_rate=1.0,
        shape="steady",
        command=("locust",),
        whole_run=nothing,
        window=nothing,
        rates=Rates(offered=0.0, achieved=0.0),
        generator=Generator(cpu_utilisation=0.0, loop_lag_p99=0.0, loop_lag_max=0.0),
        environment=fingerprint.take(),
        targets=(target,),
    )


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    place = run_folder.create(tmp_path / "runs", "one")
    run_folder.write(place, record("one"))
    assert runs.load(place).record == record("one").model_copy(
        update={"environment": runs.load(place).record.environment}
    )
    assert [path.name for path in place.iterdir()] == ["run.json"]


def test_latest_points_to_the_newest_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run_folder.write(run_folder.create(tmp_path, name), record(name))
    assert (tmp_path / "latest").readlink() == Path("two")
    assert runs.load(tmp_path / "latest").record.run_id == "two"


def test_a_new_folder_of_runs_is_ignored_by_git(tmp_path: Path) -> None:
    run_folder.create(tmp_path / "runs", "one")
    assert (tmp_path / "runs" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_an_existing_folder_gets_no_gitignore(tmp_path: Path) -> None:
    run_folder.create(tmp_path, "one")
    assert not (tmp_path / ".gitignore").exists()


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    assert [run_folder.create(tmp_path, "one").name for _ in range(3)] == ["one", "one-2", "one-3"]


def test_each_unnamed_run_gets_its_own_name(tmp_path: Path) -> None:
    assert len({run_folder.create(tmp_path, None) for _ in range(5)}) == 5


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        run_folder.create(tmp_path / "file", "one")


def test_the_fingerprint_tells_the_machine_without_naming_it() -> None:
    taken = fingerprint.take()
    assert taken.cores >= 1
    assert taken.memory_bytes > 1 << 20
    assert taken.packages["locust"]
    assert len(taken.hostname_hash) == 16
    assert taken.hostname_hash == fingerprint.take().hostname_hash
