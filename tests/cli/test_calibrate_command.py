"""Calibrating plays the usual gate, of a build against itself."""

from pathlib import Path

import pytest

from mario_perf.cli import calibrate_command
from mario_perf.cli.calibrate_command import noise_cells
from mario_perf.cli.gate_command import usual_request
from mario_perf.gate.gate_request import check
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.summary import Noise
from tests.ledger.test_ledger import gate_entry


@pytest.mark.parametrize("demo", [False, True])
def test_the_gate_is_the_usual_one_but_for_its_sides(tmp_path: Path, *, demo: bool) -> None:
    asked = calibrate_command._against_itself(demo=demo, policy=None, runs_dir=tmp_path)
    usual = usual_request()
    check(asked)
    assert (asked.itself, asked.demo, asked.runs_dir, asked.part) == (True, demo, tmp_path, "alone")
    assert (asked.max_duration, asked.round_duration) == (usual.max_duration, usual.round_duration)


def test_each_environment_has_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibrate_command.print_ledger(tmp_path)
    ledger_folder.add([gate_entry(1), gate_entry(2, environment="8cores")], tmp_path)
    calibrate_command.print_ledger(tmp_path)
    empty, *lines = capsys.readouterr().out.splitlines()
    assert empty.startswith("the ledger is empty")
    assert [line.partition(":")[0] for line in lines if "cores:" in line] == ["2cores", "8cores"]
    assert " ".join(lines[1].split()) == "operation deviation of a gate measuring that shows 5 %"
    assert [line.split()[:2] for line in lines[2:4]] == [["A", "unknown"], ["B", "unknown"]]


def test_the_noise_of_an_operation_is_a_deviation_and_a_length() -> None:
    assert noise_cells(Noise(0.02, 75.0)) == ("2 %", "1 min 15 s")
    assert noise_cells(Noise(None, 4000.0)) == ("unknown", "more than an hour")
    assert noise_cells(Noise(0.02, None)) == ("2 %", "unknown")
