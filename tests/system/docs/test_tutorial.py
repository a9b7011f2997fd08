"""The tutorial up to the doctor, with the tools at hand: each file and each command, in order.

``python -m benchmarks.tutorials tutorial`` does all of it, from nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

from benchmarks.tutorials import claims
from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader
from mario_perf.configuration import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterator

TUTORIAL = ROOT / "docs" / "tutorial.md"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with ExitStack() as services:
        follower = Reader(tmp_path_factory.mktemp("tutorial") / "shop", services, at_hand=True)
        follower.folder.mkdir()
        page = blocks(TUTORIAL.read_text(encoding="utf-8"))
        for block in takewhile(lambda block: "$ mario-perf doctor" not in block.text, page):
            follower.follow(block)
        yield follower


def test_every_command_succeeds(reader: Reader) -> None:
    assert not [done for done in reader.done if done.code]


def test_init_writes_a_policy_by_which_the_service_is_read(reader: Reader) -> None:
    policy = policy_file.load(reader.folder / "perf.toml")
    assert policy.metrics.name_label == ("method", "handler")
    assert policy.metrics.ignored_names == ("/metrics", "/health")
    assert policy.load.locustfile == "locustfile.py"
    assert policy.service is not None


def test_the_page_shows_the_output_of_its_commands(reader: Reader) -> None:
    assert any(done.shown for done in reader.done)
    assert not list(claims.not_as_shown(reader.done))
