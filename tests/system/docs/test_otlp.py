"""The page on services that push OTLP, up to its first gate: each file and each command, in order.

``python -m benchmarks.tutorials otlp`` plays both gates, from nothing.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader
from mario_perf.configuration import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "otlp.md"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("otlp") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        page = blocks(PAGE.read_text(encoding="utf-8"))
        for block in takewhile(lambda block: "git switch" not in block.text, page):
            follower.follow(block)
        yield follower


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code and "gate" not in done.command]


def test_init_sees_that_the_service_pushes(reader: Reader) -> None:
    policy = policy_file.load(reader.folder / "perf.toml")
    assert policy.pushes
    assert policy.metrics.duration == "http_server_request_duration_seconds"
    assert policy.metrics.name_label == ("http_request_method", "http_route")


def test_a_gate_of_pushed_metrics_counts_each_request(reader: Reader) -> None:
    (gate,) = (done for done in reader.done if done.is_gate)
    assert gate.code in {0, 4}, gate.output
    report = json.loads((reader.folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    assert report["reconciliation"]
    assert all(row["client_whole"] == row["server_whole"] for row in report["reconciliation"])
