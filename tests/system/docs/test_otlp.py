"""The page on services that push OTLP: every file is written, every command is run, in order."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader
from mario_perf.configuration import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "otlp.md"

pytestmark = [pytest.mark.e2e, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("otlp") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            follower.follow(block)
        yield follower


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code and "gate" not in done.command]


def test_init_sees_that_the_service_pushes(reader: Reader) -> None:
    policy = policy_file.load(reader.folder / "perf.toml")
    assert policy.pushes
    assert policy.metrics.duration == "http_server_request_duration_seconds"
    assert policy.metrics.name_label == ("http_request_method", "http_route")


def test_a_gate_of_pushed_metrics_counts_each_request_and_sees_a_slow_operation(reader: Reader) -> None:
    unchanged, slower = (done for done in reader.done if done.command.startswith("mario-perf gate"))
    assert unchanged.code in {0, 4}, unchanged.output
    assert slower.code == 3, slower.output
    assert "POST /orders regressed" in slower.output
    report = json.loads((reader.folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    assert report["reconciliation"]
    assert all(row["client_whole"] == row["server_whole"] for row in report["reconciliation"])
