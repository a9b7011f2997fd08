"""Any CSV, by a mapping of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from mario_perf.errors import listed
from mario_perf.history.imports.context import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from mario_perf.history.imports.context import Context
    from mario_perf.history.measurements import Batch

ROLES: Final = ("time", "revision", "operation", "metric", "environment", "value")

_SHOWN: Final = 60
_MOST_SHOWN: Final = 20
"""Characters of a column's name, and columns, that a message shows."""


def of_table(table: pd.DataFrame, context: Context, mapping: Mapping[str, str]) -> list[Batch]:
    """A batch a row. Without a ``value`` each other column with numbers is an operation, as in Otava's CSV.

    A row without a time keeps its place: each is a second later than the one before.

    Raises:
        ImportFileError: a role or a column is not known, or a time cannot be read.
    """
    for role, column in mapping.items():
        if role not in ROLES:
            raise ImportFileError(f"--map {role}={column}: not a role; the roles are {', '.join(ROLES)}")
        if column not in table.columns:
            known = listed((" ".join(str(each).split())[:_SHOWN] for each in table), _MOST_SHOWN)
            raise ImportFileError(f"--map {role}={column}: no such column; they are {known}")
    times = _times(table, context, mapping)
    rows = table.to_dict("records")
    return [
        context.batch(
            "csv",
            _values(row, table, mapping),
            time=float(time),
            revision=_text(row, mapping, "revision"),
            environment=_text(row, mapping, "environment"),
        )
        for row, time in zip(rows, times, strict=True)
    ]


def _values(
    row: Mapping[Hashable, object], table: pd.DataFrame, mapping: Mapping[str, str]
) -> Iterator[tuple[str, str, float]]:
    metric = _text(row, mapping, "metric") or "value"
    if "value" in mapping:
        yield _text(row, mapping, "operation") or mapping["value"], metric, float(str(row[mapping["value"]]))
        return
    for column in table.select_dtypes("number").columns:
        if column not in mapping.values():
            yield str(column), metric, float(str(row[column]))


def _text(row: Mapping[Hashable, object], mapping: Mapping[str, str], role: str) -> str:
    return str(row[mapping[role]]) if role in mapping else ""


def _times(table: pd.DataFrame, context: Context, mapping: Mapping[str, str]) -> list[float]:
    if "time" not in mapping:
        return [context.time + index - len(table) for index in range(len(table))]
    column = table[mapping["time"]]
    if pd.api.types.is_numeric_dtype(column):
        return [float(each) for each in column]
    try:
        moments = pd.to_datetime(column.astype(str), utc=True, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise ImportFileError(
            f"--map time={column.name}: not a time; give ISO 8601 or unix seconds"
        ) from error
    return [each.timestamp() for each in moments]
