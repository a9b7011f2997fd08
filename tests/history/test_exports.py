from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mario_perf.history.exports import ExportShape, export
from mario_perf.history.imports.context import Context
from mario_perf.history.imports.import_file import import_file
from tests.history.store_claims import batch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("shape", [ExportShape.CSV, ExportShape.PARQUET])
def test_every_value_is_a_row(tmp_path: Path, shape: ExportShape) -> None:
    file = tmp_path / f"history.{shape}"
    assert export([batch(1), batch(2)], file, shape) == 8
    table = pd.read_parquet(file) if shape is ExportShape.PARQUET else pd.read_csv(file)
    assert len(table) == 8
    assert set(table["revision"]) == {"r1", "r2"}


def test_otavas_shape_comes_back_by_a_mapping(tmp_path: Path) -> None:
    file = tmp_path / "otava.csv"
    export([batch(1), batch(2)], file, ExportShape.OTAVA)
    assert file.read_text().splitlines()[0].startswith("time,commit,GetMenu.latency")
    first, _ = import_file(file, Context(0.0), {"time": "time", "revision": "commit"})
    assert first.time == 1001.0
    assert {level.operation: level.value for level in first.levels}["GetMenu.p95"] == 0.01


def test_an_empty_history_is_an_empty_table(tmp_path: Path) -> None:
    assert export([], tmp_path / "a.csv", ExportShape.CSV) == 0
    assert export([], tmp_path / "b.csv", ExportShape.OTAVA) == 0
