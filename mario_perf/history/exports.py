"""The history as a table of pandas, in files of others."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mario_perf.history.measurements import Batch

COLUMNS = ("time", "source", "scenario", "revision", "operation", "metric", "environment", "value")


class ExportShape(StrEnum):
    """What a file looks like."""

    CSV = "csv"  # a row a value
    OTAVA = "otava"  # a row a run, a column an operation and metric, as Apache Otava reads it
    PARQUET = "parquet"  # as csv


def export(batches: Iterable[Batch], path: Path, shape: ExportShape) -> int:
    """Write all levels; returns how many.

    Raises:
        UserError: the file cannot be written, or Parquet is not installed.
    """
    table = _table(batches)
    try:
        match shape:
            case ExportShape.CSV:
                table.to_csv(path, index=False)
            case ExportShape.OTAVA:
                _wide(table).to_csv(path, index=False)
            case ExportShape.PARQUET:
                table.to_parquet(path, index=False)
    except ImportError as error:
        raise UserError(
            f"{path}: Parquet needs one more package; run pip install 'mario-perf[parquet]'"
        ) from error
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror or error}); give another file"
        ) from error
    return len(table)


def _table(batches: Iterable[Batch]) -> pd.DataFrame:
    rows = [
        {"time": batch.time, "source": batch.source, "scenario": batch.scenario, **asdict(level)}
        for batch in batches
        for level in batch.levels
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["time"] = pd.to_datetime(table["time"].astype(float), unit="s", utc=True)
    return table


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    named = table.assign(name=table["operation"] + "." + table["metric"])
    wide = named.pivot_table(index=["time", "source", "revision"], columns="name", values="value", sort=True)
    wide = wide.reset_index().drop(columns="source").rename(columns={"revision": "commit"})
    wide["time"] = wide["time"].map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S +0000"))
    return wide
