"""``mario-perf report``, and a gate that is refused."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from mario_perf.reports import json_report
from tests.reports import samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.command_line import Done

PATIENCE = 10.0  # seconds
OPENER = """#!/bin/sh
printf %s "$1" > "{seen}"
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # click waits for no browser
@pytest.mark.skipif(os.uname().sysname != "Linux", reason="xdg-open is Linux's")
def test_a_report_is_written_again_and_opened_in_the_browser(
    here: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, seen, opener = tmp_path / "20261123T160612Z-5e1d", tmp_path / "seen", tmp_path / "bin" / "xdg-open"
    for folder in (run, opener.parent):
        folder.mkdir()
    (run / "report.json").write_text(json_report.render(samples.gate()))
    opener.write_text(OPENER.format(seen=seen))
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    done = here("report", str(run), "--open", "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert {"report.html", "report.md"} <= {each.name for each in run.iterdir()}
    deadline = time.monotonic() + PATIENCE
    while not (seen.exists() and seen.read_text()):
        assert time.monotonic() < deadline, "no browser was asked for"
        time.sleep(0.02)
    assert seen.read_text() == str(run / "report.html")


@pytest.mark.parametrize(
    "options", [("--against", "no-such-revision"), ("--slow", "PlaceOrder=2"), ("--continue", "no-such-run")]
)
def test_a_gate_that_is_refused_leaves_no_folder(
    here: Callable[..., Done], tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = here("gate", *options, "--runs-dir", str(tmp_path / "runs"))
    assert done.returncode == 2
    assert not (tmp_path / "runs").exists()
