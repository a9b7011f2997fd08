"""The page on services without metrics: every file is written, every command is run, in order."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "no-metrics.md"

pytestmark = [pytest.mark.e2e, pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("no-metrics") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            follower.follow(block)
        yield follower


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code and "gate" not in done.command]


def test_an_unchanged_service_without_metrics_is_not_red_and_a_slow_step_is(reader: Reader) -> None:
    unchanged, slower = (done for done in reader.done if done.command.startswith("mario-perf gate"))
    assert unchanged.code in {0, 4}, unchanged.output
    assert slower.code == 3, slower.output
    assert "order regressed" in slower.output
    assert "Not seen: time inside the service" in slower.output
    report = json.loads((reader.folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    verdicts = {each["operation"]["name"]: each["verdict"] for each in report["operations"]}
    assert verdicts.keys() == {"browse", "order"}
    assert verdicts["browse"] != "regressed"
