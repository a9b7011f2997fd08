"""The page on FastAPI with the instrumentator's defaults, where the instrumentator is installed."""

from __future__ import annotations

import importlib.util
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader
from mario_perf.configuration import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "fastapi.md"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.alone,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        importlib.util.find_spec("prometheus_fastapi_instrumentator") is None,
        reason="prometheus-fastapi-instrumentator is not installed",
    ),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("fastapi") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            follower.follow(block)
        yield follower


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code and "gate" not in done.command]


def test_init_finds_operations_and_failures_in_the_defaults(reader: Reader) -> None:
    metrics = policy_file.load(reader.folder / "perf.toml").metrics
    assert metrics.duration == "http_request_duration_seconds"
    assert metrics.name_label == ("method", "handler")
    assert metrics.failures == "http_requests_total"


def test_an_unchanged_service_is_not_red_and_a_slow_operation_is(reader: Reader) -> None:
    unchanged, slower = (done for done in reader.done if done.command.startswith("mario-perf gate"))
    assert unchanged.code in {0, 4}, unchanged.output
    assert slower.code == 3, slower.output
    assert "POST /orders regressed" in slower.output
    report = json.loads((reader.folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    assert all(row["client_whole"] == row["server_whole"] for row in report["reconciliation"])
