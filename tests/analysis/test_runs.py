from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf import runs
from mario_perf.errors import UnreadableRunError

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(("name", "said"), [("20261102", "several runs begin"), ("2027", "no such run")])
def test_a_name_of_no_run_or_of_several_is_refused(root: Path, name: str, said: str) -> None:
    with pytest.raises(UnreadableRunError, match=said):
        runs.find(name, root)


def test_a_gate_holds_its_rounds_in_their_order_and_a_load_test_itself(root: Path) -> None:
    def names(folder: str) -> list[str]:
        return [each.name for each in runs.rounds(root / folder)]

    assert names("20261102T000000Z-bbbb") == ["round-1", "round-2", "round-10"]
    assert names("20261102T000000Z-cccc") == ["candidate-1"]
    assert names("20261101T000000Z-aaaa") == ["20261101T000000Z-aaaa"]
