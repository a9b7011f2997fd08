"""The page on services without metrics: each file and each command, in order, but for the gate of no change.

``python -m benchmarks.tutorials no-metrics`` plays both gates, from nothing.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials import claims
from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "no-metrics.md"

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("no-metrics") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            if "gate --rounds 1 " not in block.text:
                follower.follow(block)
        yield follower


def test_every_command_but_a_gate_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code and "gate" not in done.command]


def test_a_slow_step_of_a_service_without_metrics_is_red(reader: Reader) -> None:
    (slower,) = (done for done in reader.done if done.is_gate)
    assert slower.code == 3, slower.output
    assert "Not seen: time inside the service" in slower.output
    report = json.loads((reader.folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    verdicts = {each["operation"]["name"]: each["verdict"] for each in report["operations"]}
    assert verdicts.keys() == {"browse", "order"}
    assert verdicts["order"] == "regressed"
    assert verdicts["browse"] != "regressed"


def test_the_page_shows_what_init_prints_and_how_the_gates_answer_begins(reader: Reader) -> None:
    assert any(done.shown for done in reader.done)
    assert not list(claims.not_as_shown(reader.done))
