"""The folder of a gate, and what ``latest`` names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mario_perf.errors import UserError
from mario_perf.gate import gate_folder, gate_session
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.outputs import Output
from tests.gate.test_gate_request import gate_request
from tests.reports import samples


def test_a_folder_is_new_and_ignored_by_git_with_all_beside_it(tmp_path: Path) -> None:
    one, two = (gate_folder.make(tmp_path / "runs", "-capacity") for _ in range(2))
    assert one != two
    assert (tmp_path / "runs" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_gitignore_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    gate_folder.make(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="give another --runs-dir"):
        gate_folder.make(tmp_path / "file")


def test_latest_names_a_folder_when_its_report_is_there(tmp_path: Path) -> None:
    old, new = gate_folder.make(tmp_path), gate_folder.make(tmp_path)
    gate_session._deliver(samples.gate(), old, gate_request())
    assert (tmp_path / "latest").readlink() == Path(old.name)
    gate_session._deliver(samples.gate(), new, gate_request())
    assert (tmp_path / "latest" / "report.json").samefile(new / "report.json")


def test_a_report_that_fails_elsewhere_is_the_latest_all_the_same(tmp_path: Path) -> None:
    folder = gate_folder.make(tmp_path)
    (tmp_path / "file").touch()
    elsewhere = gate_request(outputs=(Output(FORMATS["json"], tmp_path / "file" / "a.json"),))
    with pytest.raises(UserError, match="cannot be written"):
        gate_session._deliver(samples.gate(), folder, elsewhere)
    assert (tmp_path / "latest").readlink() == Path(folder.name)


def test_latest_that_is_no_link_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(UserError, match="remove what is there"):
        gate_folder.point_latest(gate_folder.make(tmp_path))
