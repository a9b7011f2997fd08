"""Results of other tools: each becomes levels in seconds, and a second import adds nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mario_perf.history.imports.context import Context, ImportFileError
from mario_perf.history.imports.import_file import import_file

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.history.measurements import Batch

CONTEXT = Context(time=1000.0, revision="abc", scenario="shop", environment="ci")

LOCUST_CSV = """Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,50%,95%,99%
GET,/menu,200,10,12,15.5,12,40,80
,Aggregated,200,10,12,15.5,12,40,80
"""
LOCUST_JSON = [
    {
        "name": "/menu",
        "method": "GET",
        "last_request_timestamp": 1700.0,
        "num_requests": 100,
        "num_failures": 1,
        "response_times": {"10": 90, "50": 10},
        "total_response_time": 1400.0,
    }
]
K6_EXPORT = {
    "metrics": {
        "http_req_duration": {"avg": 20.0, "med": 15.0, "p(95)": 50.0},
        "http_req_failed": {"value": 0.02, "passes": 2, "fails": 98},
        "iterations": {"count": 100, "rate": 10.0},
    }
}
K6_SUMMARY = {
    "metrics": {
        "http_req_duration": {"type": "trend", "contains": "time", "values": {"avg": 20.0, "p(95)": 50.0}},
        "http_req_failed": {"type": "rate", "contains": "default", "values": {"rate": 0.02}},
    }
}
PYTEST = {
    "datetime": "2025-03-01T12:00:00+00:00",
    "commit_info": {"id": "def"},
    "machine_info": {"node": "runner"},
    "benchmarks": [{"fullname": "test_a.py::test_fast", "stats": {"mean": 0.002, "median": 0.001}}],
}
GITHUB = {
    "entries": {
        "Benchmark": [
            {
                "commit": {"id": "c1"},
                "date": 1700000000000,
                "benches": [
                    {"name": "fib", "value": 500, "unit": "ns/iter"},
                    {"name": "size", "value": 7, "unit": "MB"},
                ],
            }
        ]
    }
}


def read(tmp_path: Path, name: str, content: object, **mapping: str) -> list[Batch]:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return import_file(file, CONTEXT, mapping)


def values(batch: Batch) -> dict[tuple[str, str], float]:
    return {(level.operation, level.metric): level.value for level in batch.levels}


def test_locust_csv_gives_seconds_and_leaves_the_total_out(tmp_path: Path) -> None:
    (batch,) = read(tmp_path, "shop_stats.csv", LOCUST_CSV)
    assert values(batch) == pytest.approx(
        {
            ("GET /menu", "p50"): 0.012,
            ("GET /menu", "p95"): 0.04,
            ("GET /menu", "p99"): 0.08,
            ("GET /menu", "mean"): 0.0155,
            ("GET /menu", "error_ratio"): 0.05,
        }
    )
    assert {(level.revision, level.environment) for level in batch.levels} == {("abc", "ci")}


def test_locust_json_counts_its_histogram(tmp_path: Path) -> None:
    (batch,) = read(tmp_path, "locust.json", LOCUST_JSON)
    found = values(batch)
    assert batch.time == 1700.0
    assert found["GET /menu", "p50"] == pytest.approx(0.01)
    assert found["GET /menu", "p95"] == pytest.approx(0.05)
    assert found["GET /menu", "mean"] == pytest.approx(0.014)
    assert found["GET /menu", "error_ratio"] == pytest.approx(0.01)


@pytest.mark.parametrize("summary", [K6_EXPORT, K6_SUMMARY])
def test_both_summaries_of_k6_give_seconds(tmp_path: Path, summary: object) -> None:
    (batch,) = read(tmp_path, "summary.json", summary)
    found = values(batch)
    assert found["http_req_duration", "mean"] == pytest.approx(0.02)
    assert found["http_req_duration", "p95"] == pytest.approx(0.05)
    assert found["http_req_duration", "error_ratio"] == pytest.approx(0.02)
    assert ("iterations", "mean") not in found


def test_pytest_benchmark_names_its_commit_and_machine(tmp_path: Path) -> None:
    (batch,) = read(tmp_path, "benchmark.json", PYTEST)
    assert values(batch) == {("test_a.py::test_fast", "mean"): 0.002, ("test_a.py::test_fast", "p50"): 0.001}
    assert {(level.revision, level.environment) for level in batch.levels} == {("def", "runner")}


@pytest.mark.parametrize("prefix", ["", "window.BENCHMARK_DATA = "])
def test_github_action_benchmark_keeps_units_that_are_no_time(tmp_path: Path, prefix: str) -> None:
    (batch,) = read(tmp_path, "data.js", prefix + json.dumps(GITHUB))
    assert values(batch) == pytest.approx({("Benchmark: fib", "mean"): 5e-7, ("Benchmark: size", "MB"): 7})
    assert batch.time == 1700000000.0


def test_a_csv_is_read_by_its_mapping(tmp_path: Path) -> None:
    text = "date,commit,op,ms\n2025-01-01T00:00:00Z,a,Menu,5\n2025-01-02T00:00:00Z,b,Menu,6\n"
    mapping = {"time": "date", "revision": "commit", "operation": "op", "value": "ms"}
    first, second = read(tmp_path, "nightly.csv", text, **mapping)
    assert second.time - first.time == 86400
    assert [level.revision for level in (*first.levels, *second.levels)] == ["a", "b"]
    assert values(second) == {("Menu", "value"): 6.0}


def test_a_wide_csv_has_an_operation_a_column(tmp_path: Path) -> None:
    (batch,) = read(
        tmp_path, "otava.csv", "time,commit,a,b\n1700000000,x,1.5,2\n", time="time", revision="commit"
    )
    assert values(batch) == {("a", "value"): 1.5, ("b", "value"): 2.0}
    assert batch.time == 1700000000.0


def test_the_same_file_has_the_same_sources(tmp_path: Path) -> None:
    first, second = (read(tmp_path, name, LOCUST_CSV)[0].source for name in ("one.csv", "two.csv"))
    assert first == second


def test_repetitions_of_a_build_are_all_kept(tmp_path: Path) -> None:
    batches = read(tmp_path, "sap.csv", "GHC,Measurement\n1,5\n1,5\n", revision="GHC", value="Measurement")
    assert len({batch.source for batch in batches}) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", ""),
        ("a.csv", "x,y\n1,2\n"),
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.json", '{"metrics": 3}'),
        ("a.json", '{"benchmarks": [{}]}'),
        ("a.json", '{"benchmarks": [3]}'),
        ("a.json", '{"entries": {"x": [{"benches": [{"value": "much"}]}]}}'),
        ("a.json", "[" * 100_000),
    ],
)
def test_what_is_no_result_is_refused_in_one_line(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(ImportFileError) as raised:
        read(tmp_path, name, content)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("mapping", [{"size": "x"}, {"value": "z"}, {"time": "y", "value": "x"}])
def test_a_mapping_that_does_not_fit_is_refused(tmp_path: Path, mapping: dict[str, str]) -> None:
    with pytest.raises(ImportFileError, match="--map"):
        read(tmp_path, "a.csv", "x,y\n1,yesterday\n", **mapping)


def test_columns_whose_names_have_several_lines_are_shown_in_one(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"no such column; they are a b, x{60}$"):
        read(tmp_path, "a.csv", '"a\nb",' + "x" * 9_000 + "\n1,2\n", value="z")


@pytest.mark.parametrize(
    "content", ["time,value\n" + "1" * 400 + ",1\n", "time,value\n1700000000,1\n2" + "0" * 40 + ",1\n"]
)
def test_a_number_that_is_no_moment_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ImportFileError, match="give ISO 8601 or unix seconds"):
        read(tmp_path, "a.csv", content, time="time", value="value")


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["metrics", "benchmarks", "entries", "stats", "date", "commit"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=6,
    )
)
def test_any_json_gives_batches_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, document: object
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with suppress(ImportFileError):  # any other error fails
        import_file(file, CONTEXT, {})


def test_a_count_of_any_size_costs_no_memory(tmp_path: Path) -> None:
    many = {"10": 10**15, "50": 1}
    (batch,) = read(tmp_path, "stats.json", [{**LOCUST_JSON[0], "response_times": many}])
    assert values(batch)["GET /menu", "p99"] == pytest.approx(0.01)


@pytest.mark.parametrize("change", [{"last_request_timestamp": "soon"}, {"last_request_timestamp": 1e999}])
def test_a_time_that_is_no_number_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ImportFileError):
        read(tmp_path, "stats.json", [{**LOCUST_JSON[0], **change}])
