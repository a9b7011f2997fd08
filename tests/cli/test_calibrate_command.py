"""Calibrating plays the usual gate, of a build against itself."""

from pathlib import Path

import pytest

from mario_perf.cli import calibrate_command
from mario_perf.cli.gate_command import usual_request
from mario_perf.gate.gate_request import check
from mario_perf.ledger import ledger_folder
from tests.ledger.test_ledger import gate_entry


@pytest.mark.parametrize("demo", [False, True])
def test_the_gate_is_the_usual_one_but_for_its_sides(tmp_path: Path, *, demo: bool) -> None:
    asked = calibrate_command._against_itself(demo=demo, policy=None, runs_dir=tmp_path)
    usual = usual_request()
    check(asked)
    assert (asked.itself, asked.demo, asked.runs_dir, asked.part) == (True, demo, tmp_path, "alone")
    assert (asked.max_duration, asked.round_duration) == (usual.max_duration, usual.round_duration)


def test_each_environment_has_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibrate_command.show(tmp_path)
    ledger_folder.add([gate_entry(1), gate_entry(2, environment="8cores")], tmp_path)
    calibrate_command.show(tmp_path)
    empty, *lines = capsys.readouterr().out.splitlines()
    assert empty.startswith("the ledger is empty")
    assert [line.partition(":")[0] for line in lines] == ["2cores", "8cores"]
