"""A file, read by what it holds."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from mario_perf import local_file
from mario_perf.history.imports import benchmark_results, csv_table, locust_results
from mario_perf.history.imports.context import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mario_perf.history.imports.context import Context
    from mario_perf.history.measurements import Batch

KNOWN: Final = (
    "Locust's CSV or JSON, a k6 summary, pytest-benchmark, github-action-benchmark, or any CSV with --map"
)
LOCUST_COLUMNS: Final = frozenset({"Type", "Name", "Request Count", "Failure Count", *locust_results.COLUMNS})
PAGE: Final = "window.BENCHMARK_DATA ="


def import_file(path: Path, context: Context, mapping: Mapping[str, str]) -> list[Batch]:
    """The batches of a file.

    Raises:
        ImportFileError: it cannot be read, or is of no known kind.
    """
    try:
        content = local_file.content(path)
        if path.suffix.lower() == ".csv":
            return _of_csv(path, BytesIO(content), context, mapping)
        text = content.decode("utf-8-sig")
        return _of_json(path, json.loads(text.strip().removeprefix(PAGE).rstrip(";")), context)
    except OSError as error:
        raise ImportFileError(f"{path}: cannot be read ({error.strerror}); give another file") from error
    except ImportFileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ImportFileError(f"{path}: cannot be imported ({_reason(error)}); it takes {KNOWN}") from error


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"no {lines[0]}" if isinstance(error, KeyError) else lines[0]


def _of_csv(path: Path, content: BytesIO, context: Context, mapping: Mapping[str, str]) -> list[Batch]:
    table = pd.read_csv(content, low_memory=False)  # one type a column, however long the file is
    if mapping:
        return csv_table.of_table(table, context, mapping)
    if set(table.columns) >= LOCUST_COLUMNS:
        return locust_results.of_csv(table, context)
    raise ImportFileError(f"{path}: not a CSV of Locust; say what its columns are, as in --map value=COLUMN")


def _of_json(path: Path, document: Any, context: Context) -> list[Batch]:  # noqa: ANN401 - any JSON
    match document:
        case [{"num_requests": _, "response_times": _}, *_]:
            return locust_results.of_json(document, context)
        case {"metrics": dict()}:
            return benchmark_results.of_k6(document, context)
        case {"benchmarks": list()}:
            return benchmark_results.of_pytest(document, context)
        case {"entries": dict()}:
            return benchmark_results.of_github_action(document, context)
    raise ImportFileError(f"{path}: the JSON is of no known kind; it takes {KNOWN}")
