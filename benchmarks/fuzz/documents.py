"""Valid documents of each kind, small enough to be read thousands of times a second."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from mario_perf.baselines import stored_baselines
from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import SearchResult
from mario_perf.capacity.rate_search import Capacity, Probe
from mario_perf.configuration.policy import Policy
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.history import git_files
from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import Batch, Level, Link
from mario_perf.history.sql_store import SqlStore
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import Severity
from mario_perf.reports import json_report
from mario_perf.run_record import Span
from mario_perf.sources.source import open_source
from mario_perf.validity import incidents
from tests.otlp import pushes
from tests.simulated_runs import Service, keep_scrapes, record, target

_BOUNDS = (1.0, 2.0, 5.0, 10.0, 50.0)
_SCRAPES = 8
_EACH = 5  # executions of each operation between two scrapes
_NAMES = {"PlaceOrderCommand": 0.008, "GetMenuQuery": 0.0015}


def _bodies() -> list[tuple[float, str]]:
    service, bodies = Service(bounds=_BOUNDS), []
    for second in range(_SCRAPES):
        for name, seconds in _NAMES.items():
            for index in range(_EACH if 0 < second < _SCRAPES - 1 else 0):
                service.execute(name, seconds * (1 + index / 10), "exception" if index == 4 else None)  # noqa: PLR2004
        bodies.append((float(second), service.body()))
    return bodies


_COUNTS = dict.fromkeys(_NAMES, _EACH * (_SCRAPES - 2))
_TIMES: dict[str, Any] = {
    "whole_run": Span(start=0.0, end=_SCRAPES - 1.0),
    "window": Span(start=0.0, end=_SCRAPES - 1.0),
}
BODIES = _bodies()
RECORD = record(target(_COUNTS), **_TIMES)
DUET = record(target(_COUNTS, side="baseline"), target(_COUNTS), **_TIMES)
RECORDS = (RECORD.model_dump_json().encode(), DUET.model_dump_json(indent=1).encode())
SCRAPES = ("".join(json.dumps({"time": time, "body": body}) + "\n" for time, body in BODIES).encode(),)
_MORE = """# HELP h_seconds durations
# TYPE h_seconds histogram
# UNIT h_seconds seconds
h_seconds{route="/a"} {count:3,sum:0.4,bucket:[0.1:1,0.2:3,+Inf:3]} st@1.5 # {trace_id="x"} 0.05
h_seconds{route="/b"} {count:7,sum:9,schema:0,zero_threshold:0.001,zero_count:1,positive_spans:[0:2,1:1],\
positive_deltas:[1,1,1],negative_spans:[1:1],negative_buckets:[2]}
cqrs_execution_duration_milliseconds{type="A"} {count:7,sum:9,schema:-53,custom_values:[1,2],\
positive_spans:[0:3],positive_deltas:[1,1,1]} 1.5
{"http.requests_total", "a.b"="c\\"d", code="200"} 1027 1395066363000
# EOF
"""
PAGES = (BODIES[-1][1].encode(), _MORE.encode(), (BODIES[3][1] + _MORE).encode())

PUSHES = (
    pushes.push(
        pushes.histogram([0.1, 0.5], [1, 2, 3], labels={"route": "/a"}), resource={"service.name": "shop"}
    ),
    pushes.push(
        pushes.histogram([], [4], at=(1, 3)), pushes.histogram([1.0], [0, 2], temporality=pushes.DELTA)
    ),
    pushes.push(pushes.exponential(3, -5, [1, 2, 0, 4], zeros=2), pushes.counter(7)),
)
POLICIES = (
    (Path(__file__).parents[2] / "perf.toml").read_bytes(),
    b"""[gate]
false_alarm_rate = 0.01
inconclusive = "pass"
[thresholds]
latency_noise = 0.01
min_samples = 100
[limits]
p95 = "50ms"
error_ratio = 0.01
[operations.GetMenuQuery]
p95 = "20ms"
ignore = false
[load]
users = 1
duration = "60s"
rate = 100
hosts = ["shop.test"]
operations = { "ready orders" = ["GetOrdersByStatusQuery"] }
[metrics]
duration = "http_request_duration_seconds"
name_label = ["method", "route"]
status_label = "code"
failing_status = "5.."
[service]
setup = "pip"
start = ["./serve", "--port", "{port}"]
ready = "/health"
metrics = "/metrics"
[[accepted]]
operation = "GetMenuQuery"
because = "a new index"
changes = { latency = 0.1 }
until = 2030-01-01
baseline = "0123456789"
""",
)
_LEVEL = Level("abc", "GetMenuQuery", "p95", "ci", 0.01)
_LINK = Link("abc", "def", "GetMenuQuery", "latency", 0.1, 0.01)
BATCH = Batch("gate:1", 1000.0, "mario", (_LEVEL, replace(_LEVEL, metric="p50")), (_LINK,))
BATCHES = (git_files.to_text(BATCH, "a file").encode(),)

ALERT = Alert("mario", "GetMenuQuery", "p95", "ci", "abc", "def", 1000.0, 0.1, AlertState.CONFIRMED)
ALERTS = (git_files.to_text(ALERT, "a file").encode(),)

_SAMPLE: dict[str, Any] = {"instance": "127.0.0.1:1", "type": "GetMenuQuery", "operation": "query"}


def _matrix(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": list(rows)}}


def _row(name: str, *values: str, **labels: str) -> dict[str, Any]:
    pairs = [[995.0 + 10 * index, value] for index, value in enumerate(values)]
    return {"metric": {"__name__": name, **_SAMPLE, **labels}, "values": pairs, "value": pairs[-1]}


_NATIVE = {
    "metric": {"__name__": CQRS.duration, **_SAMPLE},
    "histograms": [[995.0, {"count": "3", "sum": "4", "buckets": [[0, "1", "2", "3"]]}]],
    "histogram": [995.0, {"count": "3", "sum": "4", "buckets": [[0, "1", "2", "3"]]}],
}
ANSWERS = tuple(
    json.dumps(
        {
            "up": _matrix(_row("up", *["1"] * 8), _row("scrape_duration_seconds", *["0.1"] * 8)),
            "samples": _matrix(*rows),
            "labels": {"status": "success", "data": [CQRS.duration, "127.0.0.1:1"]},
        }
    ).encode()
    for rows in (
        [
            *(
                _row(f"{CQRS.duration}_bucket", "0", "4", "9", le=le, status="success")
                for le in ("5", "+Inf")
            ),
            _row(f"{CQRS.duration}_sum", "0", "4.5", "NaN", status="success"),
            _row(str(CQRS.executions), "0", "4", "9"),
            _row("process_start_time_seconds", "900"),
        ],
        [_NATIVE, _row(str(CQRS.executions), "0", "4", "9")],
    )
)

_USED = {**_SAMPLE, "__name__": "used"}
ANSWERS_OF_USAGE = (
    json.dumps(
        _matrix({"metric": _USED, "values": [[1060.0, "5"]]}, {"metric": _USED, "values": [[1060, "2"]]})
    ).encode(),
)

_LOCUST = {
    "name": "/menu",
    "method": "GET",
    "last_request_timestamp": 1700.0,
    "num_requests": 100,
    "num_failures": 1,
    "response_times": {"10": 90, "50": 10},
    "total_response_time": 1400.0,
}
_K6 = {"type": "trend", "contains": "time", "values": {"avg": 20.0, "med": 15.0, "p(95)": 50.0}}
_BENCH = {"name": "fib", "value": 500, "unit": "ns/iter"}
RESULTS = tuple(
    json.dumps(each).encode()
    for each in (
        [_LOCUST],
        {"metrics": {"http_req_duration": _K6, "http_req_failed": {"value": 0.02, "passes": 2}}},
        {
            "datetime": "2025-03-01T12:00:00+00:00",
            "commit_info": {"id": "def"},
            "machine_info": {"node": "runner"},
            "benchmarks": [{"fullname": "test_a.py::test_fast", "stats": {"mean": 0.002, "median": 0.001}}],
        },
        {"entries": {"Benchmark": [{"commit": {"id": "c1"}, "date": 1700000000000, "benches": [_BENCH]}]}},
    )
)
LOCUST_TABLES = (
    b"""Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,50%,95%,99%
GET,/menu,200,10,12,15.5,12,40,80
POST,/orders,200,0,12,15.5,12,40,80
,Aggregated,400,10,12,15.5,12,40,80
""",
)
TABLES = (
    b"time,operation,value,commit\n2025-03-01,GET /menu,1.5,abc\n2025-03-02T10:00:00Z,GET /menu,1.25,abd\n",
    b"time,operation,value\n1700000000,a,1\n1700000001.5,b,\n",
)
INCIDENTS = (
    incidents.Incident(code="side-died", severity=Severity.INVALID, message="ended")
    .model_dump_json()
    .encode(),
)
RUNS = tuple(
    json.dumps(
        {
            "run": run.model_dump(mode="json"),
            "scrapes": {
                side: [{"time": t, "body": b} for t, b in BODIES] for side in ("baseline", "candidate")
            },
        }
    ).encode()
    for run in (RECORD, DUET)
)


def _stored() -> tuple[bytes, bytes, bytes]:
    """A baseline, a capacity and a report, as they are written."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for side in ("baseline", "candidate"):
            keep_scrapes(folder / "run", side, BODIES)
        (folder / "run" / "run.json").write_text(DUET.model_dump_json(), encoding="utf-8")
        runs = measure_recorded([folder / "run"], open_source(Policy())).runs
        baseline = stored_baselines.save(runs[0].candidate, folder)
        result = replace(conclude(runs, None, Policy()), created_at="2025-03-01T12:00:00+00:00")
        report = json_report.render(result)
        found = Capacity(
            20.0,
            40.0,
            (Probe(20.0, held=True, reasons=()), Probe(40.0, held=False, reasons=("p95",))),
            complete=True,
        )
        capacity_file.write([SearchResult(found, {"users": "1"}, "abc")], folder / "capacity.json")
        return baseline.path.read_bytes(), (folder / "capacity.json").read_bytes(), report.encode()


_BASELINE, _CAPACITY, _REPORT = _stored()
BASELINES, CAPACITIES, REPORTS = (_BASELINE,), (_CAPACITY,), (_REPORT,)


def databases(folder: Path) -> tuple[bytes, ...]:
    """A history with one batch; its indexes stand in no order of chance."""
    path = folder / "history.db"
    path.unlink(missing_ok=True)
    SqlStore(str(path)).append([BATCH])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        for name, definition in connection.execute(named).fetchall():
            connection.execute(f"DROP INDEX {name}")
            connection.execute(definition)
        connection.execute("VACUUM")
    return (path.read_bytes(),)
