"""Run records that come from somebody else decide nothing but what was measured; names find runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf import runs
from mario_perf.errors import UnreadableRunError
from mario_perf.run_record import path_component
from tests.simulated_runs import record, target

ELSEWHERE = ("../../x", "/abs", "..", ".", "", "a/b", "a\\b", "a\0b", "a\nb", "x" * 10_000)


def written(folder: Path, **changes: object) -> Path:
    stored = json.loads(record(target({"PlaceOrder": 9})).model_dump_json()) | changes
    (folder / "run.json").write_text(json.dumps(stored))
    return folder


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("key", ["scenario", "run_id"])
def test_a_name_that_leads_elsewhere_is_refused_in_a_line(tmp_path: Path, key: str, name: str) -> None:
    with pytest.raises(UnreadableRunError) as refused:
        runs.load(written(tmp_path, **{key: name}))
    assert key in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@given(st.text(max_size=90))
def test_a_name_that_is_taken_stays_in_its_folder(name: str) -> None:
    try:
        path_component(name)
    except ValueError:
        return
    path = Path("/baselines") / name
    assert Path(os.path.normpath(path)) == path
    assert path.parent == Path("/baselines")


@pytest.mark.parametrize("end", ["NaN", "Infinity", "-Infinity"])
def test_a_moment_that_is_no_time_is_refused(tmp_path: Path, end: str) -> None:
    path = written(tmp_path) / "run.json"
    path.write_text(path.read_text().replace('"window": {"start": 10.0', f'"window": {{"start": {end}'))
    with pytest.raises(UnreadableRunError, match=r"window\.start"):
        runs.load(tmp_path)


@pytest.mark.parametrize(
    "counts",
    [
        {"failed": 10},
        {"failed": 5, "business": 5},
        {"reached": 10},
        {"started": -1, "reached": 0, "failed": 0},
        {"started": 10**11},
    ],
)
def test_a_step_with_more_answers_than_requests_is_refused(tmp_path: Path, counts: dict[str, int]) -> None:
    sent = json.loads(record(target({"PlaceOrder": 9})).model_dump_json())["targets"]
    sent[0]["in_window"][0].update(counts)
    with pytest.raises(UnreadableRunError, match="in_window"):
        runs.load(written(tmp_path, targets=sent))


def test_a_record_that_is_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    written(tmp_path)
    (tmp_path / "theirs" / "run.json").symlink_to(tmp_path / "run.json")
    with pytest.raises(UnreadableRunError, match="a symbolic link, which is not followed"):
        runs.load(tmp_path / "theirs")


def test_a_record_that_is_a_pipe_or_a_folder_does_not_hang(tmp_path: Path) -> None:
    for name, make in (("pipe", os.mkfifo), ("folder", os.mkdir)):
        (tmp_path / name).mkdir()
        make(tmp_path / name / "run.json")
        with pytest.raises(UnreadableRunError, match=r"not a regular file|[Ii]s a directory"):
            runs.load(tmp_path / name)


def test_a_run_folder_may_itself_be_named_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "run-1").mkdir()
    written(tmp_path / "run-1")
    (tmp_path / "latest").symlink_to("run-1")
    assert runs.load(tmp_path / "latest").directory == tmp_path / "run-1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A load test, two gates, and what is neither."""
    for name, files in {
        "20261101T000000Z-aaaa": ("run.json",),
        "20261102T000000Z-bbbb": ("report.json", "round-1/run.json", "round-2/run.json", "round-10/run.json"),
        "20261102T000000Z-cccc": ("report.json", "candidate-1/run.json", "baseline-1/run.json"),
        "notes": ("readme.txt",),
    }.items():
        for file in files:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text("{}")
    (tmp_path / "latest").symlink_to("20261102T000000Z-cccc")
    return tmp_path


def test_runs_and_gates_are_listed_once_the_newest_first(root: Path) -> None:
    assert [each.name[-4:] for each in runs.folders(root)] == ["cccc", "bbbb", "aaaa"]
    assert runs.folders(root / "nowhere") == []


def test_a_run_is_found_by_its_path_its_id_and_the_beginning_of_it(root: Path) -> None:
    whole = "20261102T000000Z-bbbb"
    assert runs.find(str(root / whole), root) == root / whole
    assert runs.find(whole, root) == root / whole
    assert runs.find("20261101", root).name == "20261101T000000Z-aaaa"
    assert runs.find("latest", root) == root / "latest"


@pytest.mark.parametrize(("name", "said"), [("20261102", "several runs begin"), ("2027", "no such run")])
def test_a_name_of_no_run_or_of_several_is_refused(root: Path, name: str, said: str) -> None:
    with pytest.raises(UnreadableRunError, match=said):
        runs.find(name, root)


def test_where_no_run_is_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRunError, match=r"no runs in .* yet; mario-perf gate makes one"):
        runs.find("latest", tmp_path)


def test_a_gate_holds_its_rounds_in_their_order_and_a_load_test_itself(root: Path) -> None:
    def names(folder: str) -> list[str]:
        return [each.name for each in runs.rounds(root / folder)]

    assert names("20261102T000000Z-bbbb") == ["round-1", "round-2", "round-10"]
    assert names("20261102T000000Z-cccc") == ["candidate-1"]
    assert names("20261101T000000Z-aaaa") == ["20261101T000000Z-aaaa"]
