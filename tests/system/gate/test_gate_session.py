"""What becomes of an error that nobody foresaw."""

import sys
from pathlib import Path

import pytest

from mario_perf.builds.git import Checkout
from mario_perf.cli import main
from mario_perf.errors import UserError
from mario_perf.gate import build_pair, gate_session


def test_where_an_unexpected_error_came_from_is_kept_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError) as caught, gate_session._keep_error_details(tmp_path):
        _ = 1 / 0
    log = tmp_path / "error.log"
    assert caught.value.__notes__ == [f"details in {log}"]
    assert "Traceback" in log.read_text()
    assert "_ = 1 / 0" in log.read_text()


def test_an_error_of_the_user_leaves_no_log(tmp_path: Path) -> None:
    with pytest.raises(UserError), gate_session._keep_error_details(tmp_path):
        raise UserError("wrong")
    assert not list(tmp_path.iterdir())


def test_an_unexpected_error_is_one_line_that_says_where_its_details_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        with gate_session._keep_error_details(tmp_path):
            return 1 // 0

    monkeypatch.setattr(gate_session, "run", broken)
    monkeypatch.setattr(sys, "argv", ["mario-perf", "gate"])
    assert main.main() == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "ZeroDivisionError" in said
    assert said.endswith(f"details in {tmp_path / 'error.log'}\n")


def test_a_gate_of_a_commit_against_itself_says_so() -> None:
    commit, changed = Checkout(Path(), "abc"), Checkout(Path(), "abc with changes")
    assert build_pair.revisions_text(commit, commit) == "baseline abc, candidate abc: the same build"
    assert build_pair.revisions_text(commit, changed) == "baseline abc, candidate abc with changes"
