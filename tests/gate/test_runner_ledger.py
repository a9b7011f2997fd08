"""A gate of an unchanged build goes into its runner's ledger, and every report has a line of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mario_perf.gate.runner_ledger import with_ledger
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.entry import entry
from mario_perf.ledger.summary import FEWEST
from mario_perf.model import Commit, GateResult
from mario_perf.validity.codes import Code
from tests.ledger.test_ledger import unchanged_build


@pytest.fixture(autouse=True)
def _no_other_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ledger_folder.VARIABLE, raising=False)


def lines(result: GateResult) -> list[str]:
    return [each.message for each in result.findings if Code.RUNNER_LEDGER.is_in(each)]


def fill(runs_dir: Path, result: GateResult, gates: int) -> None:
    """A ledger of earlier gates like this one."""
    new = entry(result)
    assert new is not None
    earlier = [new.model_copy(update={"gate": f"earlier-{number}"}) for number in range(gates)]
    ledger_folder.add(earlier, ledger_folder.find(runs_dir))


def test_a_changed_build_reads_the_ledger_and_adds_nothing(tmp_path: Path) -> None:
    same = unchanged_build()
    changed = replace(same, subject=replace(same.subject, candidate=Commit("def")))
    fill(tmp_path, same, FEWEST - 1)
    (line,) = lines(with_ledger(same, tmp_path))
    assert line.startswith("0 of 20 gates of an unchanged build wrongly red here")
    assert lines(with_ledger(changed, tmp_path)) == [line]
    assert len(ledger_folder.read(tmp_path / "ledger")) == FEWEST


def test_a_ledger_of_few_gates_is_kept_and_not_shown(tmp_path: Path) -> None:
    same = unchanged_build()
    fill(tmp_path, same, FEWEST - 2)
    assert lines(with_ledger(same, tmp_path)) == []
    assert len(ledger_folder.read(tmp_path / "ledger")) == FEWEST - 1


def test_a_damaged_ledger_leaves_the_result_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = unchanged_build()
    with_ledger(same, tmp_path)
    next((tmp_path / "ledger").rglob("*.json")).write_text("{")
    assert with_ledger(same, tmp_path) == same
    assert "the ledger is left out" in capsys.readouterr().err
