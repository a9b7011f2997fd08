"""``mario-perf usage`` on the service, the load and the report of a gate, all real."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.deploy.conftest import ROOT

if TYPE_CHECKING:
    from tests.deploy.conftest import Watched

pytestmark = [pytest.mark.prometheus, pytest.mark.e2e]


def usage(watched: Watched, *arguments: str) -> str:
    command = [sys.executable, "-m", "gate", "usage", "--prometheus", watched.url, "--since", "5m"]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_tells_what_the_load_did(watched: Watched) -> None:
    told = json.loads(usage(watched, "--format", "json", "--match", "job=pizzeria"))
    counted = watched.values('sum(cqrs_executions_total{operation!="request"})')[-1]
    assert told["executions"] == pytest.approx(counted, rel=0.1)
    assert set(told["balance"]) == {"command", "query"}
    assert "PlaceOrderCommand" in told["new"]
    assert told["no_longer_used"] == ["GetYesterdaysMenuQuery"]


def test_it_puts_a_section_into_the_report_of_a_run(watched: Watched) -> None:
    report = watched.record.with_name("report.html")
    table = usage(watched, "--report", str(report))
    assert "PlaceOrderCommand" in table
    assert 'id="page:usage"' in report.read_text(encoding="utf-8")


def test_what_is_no_report_is_a_line(watched: Watched) -> None:
    command = ["usage", "--prometheus", watched.url, "--report", str(watched.record)]
    done = subprocess.run(
        [sys.executable, "-m", "gate", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("no report of mario-perf; give the report.html of a run\n")
