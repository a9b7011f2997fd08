"""What is kept of real gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection import records
from tests.benchmarks.detection_gates import SLOW, gate

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_appended_is_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "results" / "gates.jsonl.gz"
    first, second = gate(), gate("GetMenuQuery +10 %", candidate=(SLOW,), regressed=("GetMenuQuery",))
    records.append(first, file)
    records.append(second, file)
    assert records.read(file) == [first, second]
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_without_a_file_there_is_no_gate_yet(tmp_path: Path) -> None:
    assert records.read(tmp_path / "none.jsonl.gz") == []
