"""What reads files and answers, each with valid documents, and the error that it documents."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz import documents
from benchmarks.fuzz.answers import answering
from mario_perf import runs
from mario_perf.baselines import stored_baselines
from mario_perf.capacity import capacity_file
from mario_perf.configuration import policy_file
from mario_perf.configuration.discovery.candidates import rank
from mario_perf.configuration.policy import Policy
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import (
    PolicyError,
    UnreadableBaselineError,
    UnreadableExpositionError,
    UnreadableRunError,
    UserError,
)
from mario_perf.history import git_files
from mario_perf.history.imports.context import Context, ImportFileError
from mario_perf.history.imports.import_file import import_file
from mario_perf.history.sql_store import SqlStore
from mario_perf.history.store import StoreError
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.live import between
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import Outcome
from mario_perf.otlp import metric_points, text_page
from mario_perf.otlp.running_totals import RunningTotals
from mario_perf.otlp.wire import MalformedMessageError
from mario_perf.reports import json_report, markdown_report, report_reading
from mario_perf.run_record import Span
from mario_perf.sources import document, series
from mario_perf.sources.connection import Connection
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.sources.metric_inventory import from_exposition, from_prometheus
from mario_perf.sources.prometheus_source import PrometheusSource, latest
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import open_source
from mario_perf.usage.usage_source import UsageSource
from mario_perf.validity import incidents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mario_perf.history.measurements import Batch
    from mario_perf.model import RunMeasurement

_CONTEXT = Context(time=1000.0)
_SPAN = Span(start=1000.0, end=1060.0)
_TOLERANCE = 0.05


class GarbageError(AssertionError):
    """A reader took what cannot be, or a judge judged by it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """``read`` gives what it has read, or raises ``refusal``; ``pack`` makes a file of a document."""

    name: str
    documents: tuple[bytes, ...]
    read: Callable[[bytes], object]
    refusal: type[Exception]
    pack: Callable[[bytes], bytes] = bytes


def readers(folder: Path) -> tuple[Reader, ...]:
    """All of them; those of files read in ``folder``."""
    run = folder / "run"
    run.mkdir(exist_ok=True)

    def file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        return partial(_read_file, folder / name, read)

    return (
        Reader("perf.toml", documents.POLICIES, file("perf.toml", policy_file.load), PolicyError),
        Reader("run record", documents.RECORDS, file("run.json", runs.load), UnreadableRunError),
        Reader("incident", documents.INCIDENTS, file("incident.json", _incident), UnreadableRunError),
        Reader("scrapes", documents.SCRAPES, file("scrapes-candidate.jsonl.gz", _scrapes), UserError, _gzip),
        Reader("exposition", documents.PAGES, _exposition, UserError),
        Reader("metrics page", documents.PAGES, _metrics_page, UnreadableExpositionError),
        Reader("OTLP", documents.PUSHES, _push, MalformedMessageError),
        Reader("live", documents.PAGES, _live, UserError),
        Reader("baseline", documents.BASELINES, file("baseline.json", _baseline), UnreadableBaselineError),
        Reader("capacity", documents.CAPACITIES, file("c.json", capacity_file.load), UnreadableBaselineError),
        Reader("report", documents.REPORTS, file("report.json", _report), UnreadableRunError),
        Reader("Prometheus", documents.ANSWERS, _prometheus, UserError),
        Reader("Prometheus now", documents.ANSWERS, _latest, UserError),
        Reader("init", documents.ANSWERS, _init, UserError),
        Reader("usage", documents.ANSWERS_OF_USAGE, _usage, UserError),
        Reader("import JSON", documents.RESULTS, file("x.json", _import), ImportFileError),
        Reader("import CSV", documents.LOCUST_TABLES, file("x.csv", _import), ImportFileError),
        Reader("import CSV by columns", documents.TABLES, file("y.csv", _import_columns), ImportFileError),
        Reader("history in git", documents.BATCHES, _batch_file, StoreError),
        Reader("alert in git", documents.ALERTS, _alert_file, StoreError),
        Reader("history in SQLite", documents.databases(folder), file("h.db", _database), StoreError),
        Reader("judge", documents.RUNS, partial(_judge, run), UserError),
    )


def _read_file(path: Path, read: Callable[[Path], object], content: bytes) -> object:
    path.write_bytes(content)
    return read(path)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def _incident(path: Path) -> object:
    return incidents.read(path.parent)


def _scrapes(path: Path) -> object:
    target = documents.RECORD.targets[0]
    return ScrapeSource(path.parent, CQRS).snapshots(target, _SPAN)


def _exposition(content: bytes) -> object:
    text = content.decode("utf-8", "replace")
    reader = ExpositionReader(CQRS.samples)
    for time in (0.0, 1.0):
        reader.add(time, text)
    table = reader.table()
    return None if series.missing_metric(table, CQRS) else series.snapshots(table, CQRS)


def _metrics_page(content: bytes) -> object:
    inventory = from_exposition(content.decode("utf-8", "replace"))
    return rank(inventory)


def _push(content: bytes) -> object:
    """As the receiver does: what it shows, it has to be able to read."""
    totals = RunningTotals()
    totals.add(metric_points.decode(content))
    return document.parse(text_page.render(totals.series(), totals.start))


def _live(content: bytes) -> object:
    text = content.decode("utf-8", "replace")
    return between((1.0, documents.PAGES[0].decode()), (2.0, text), CQRS)


def _baseline(path: Path) -> object:
    read = stored_baselines.load(path)
    for run in read.runs:
        _check(run)
    return read


def _report(path: Path) -> object:
    result = report_reading.read(path)
    return markdown_report.render(result), json_report.render(result)


def _prometheus(content: bytes) -> object:
    with answering(content):
        source = PrometheusSource(Connection("http://127.0.0.1:1", settle=0.0), CQRS)
        return source.snapshots(documents.RECORD.targets[0], _SPAN)


def _latest(content: bytes) -> object:
    with answering(content):
        return latest(Connection("http://127.0.0.1:1"), CQRS)


def _init(content: bytes) -> object:
    with answering(content):
        return rank(from_prometheus(Connection("http://127.0.0.1:1")))


def _usage(content: bytes) -> object:
    with answering(content):
        counts = UsageSource(Connection("http://127.0.0.1:1"), CQRS).count([_SPAN], 60.0)
    if not all(math.isfinite(count) for row in counts.executions.values() for count in row):
        raise GarbageError("a count that is not a number")
    return counts


def _import(path: Path) -> object:
    return _finite(import_file(path, _CONTEXT, {}))


def _import_columns(path: Path) -> object:
    return _finite(import_file(path, _CONTEXT, {"value": "value", "time": "time", "operation": "operation"}))


def _batch_file(content: bytes) -> object:
    return _finite([git_files.batch(content.decode("utf-8", "replace"), "history")])


def _alert_file(content: bytes) -> object:
    return git_files.alert(content.decode("utf-8", "replace"), "history")


def _database(path: Path) -> object:
    return _finite(SqlStore(str(path)).batches())


def _finite(batches: Iterable[Batch]) -> object:
    """Each value a finite number, each name a text."""
    read = list(batches)
    for batch in read:
        values: list[Any] = [batch.time, *(each.value for each in batch.levels)]
        names: list[Any] = [batch.source, *(each.operation for each in batch.levels)]
        if not all(isinstance(each, int | float) and math.isfinite(each) for each in values):
            raise GarbageError(f"{batch.source}: a value that is not a number")
        if not all(isinstance(each, str) for each in names):
            raise GarbageError(f"{batch.source}: a name that is not a text")
    return read


def _judge(folder: Path, content: bytes) -> object:
    """A run's record and scrapes. What passed or failed must be what a service can have said."""
    try:
        said = json.loads(content)
        (folder / "run.json").write_text(json.dumps(said["run"]), encoding="utf-8")
        for side in ("baseline", "candidate"):
            lines = (json.dumps(each) for each in said["scrapes"][side])
            (folder / f"scrapes-{side}.jsonl.gz").write_bytes(_gzip("\n".join((*lines, "")).encode()))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UserError("not a run") from error
    recorded = measure_recorded([folder], open_source(Policy()))
    result = conclude(recorded.runs, None, Policy())
    if result.outcome in (Outcome.PASS, Outcome.REGRESSED):
        for each in recorded.runs:
            for run in each.sides:
                _check(run)
    return json_report.render(result), markdown_report.render(result)


def _check(run: RunMeasurement) -> None:
    """Counts are no less than none, and a sum of durations is what its buckets allow.

    Raises:
        GarbageError: They are not.
    """
    edges = [0.0, *run.bounds.tolist()]
    if not all(low < high < math.inf for low, high in pairwise(edges[1:])):
        raise GarbageError("bounds that do not rise")
    for each in run.measurements.values():
        counts = each.histogram.tolist()
        low = sum(count * edge for count, edge in zip(counts, edges, strict=True))
        if (
            each.slices.min(initial=0) < 0
            or each.executions < 0
            or any(n < 0 for n in each.failures.values())
        ):
            raise GarbageError(f"{each.operation.name}: a negative count")
        if not (low * (1 - _TOLERANCE) - edges[-1] <= each.time_spent < math.inf):
            raise GarbageError(f"{each.operation.name}: {each.time_spent} s, and at least {low} s in buckets")
