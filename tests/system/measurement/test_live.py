from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UnreadableRunError
from mario_perf.measurement.live import WINDOW, Recent, Tail, between
from tests.simulated_runs import Service

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0


class Scrapes:
    """A file of scrapes that grows, written as the load writes it."""

    def __init__(self, folder: Path, side: str = "candidate") -> None:
        self.path = folder / f"scrapes-{side}.jsonl.gz"
        self._file = gzip.open(self.path, "wb")  # noqa: SIM115 - it stays open, as in a run

    def add(self, seconds: float, **scrape: str) -> None:
        self._file.write(json.dumps({"time": seconds, **scrape}).encode() + b"\n")
        self._file.flush()


@pytest.fixture
def scrapes(tmp_path: Path) -> Scrapes:
    return Scrapes(tmp_path)


def test_between_two_scrapes_are_p95_rate_and_the_share_that_failed() -> None:
    service = Service()
    service.execute("GetMenuQuery", 5.0, kind="query")
    before = service.body()
    for _ in range(15):
        service.execute("PlaceOrderCommand", 0.010)
    for _ in range(5):
        service.execute("PlaceOrderCommand", 0.010, "validation")
    (row,) = between((100.0, before), (104.0, service.body()), CQRS)
    assert row["name"] == "PlaceOrderCommand"
    assert row["rate"] == 5.0
    assert row["error_ratio"] == 0.25
    assert 0.0079 < row["p95"] < 0.0101


def test_an_operation_whose_every_execution_failed_has_no_p95() -> None:
    service = Service()
    service.execute("GetMenuQuery", 0.001)
    before = service.body()
    service.execute("GetMenuQuery", 0.001, "exception")
    (row,) = between((0.0, before), (1.0, service.body()), CQRS)
    assert row["p95"] is None
    assert row["error_ratio"] == 1.0


def test_a_restarted_service_counts_from_nothing() -> None:
    old, new = Service(), Service(start=2.0)
    for _ in range(9):
        old.execute("GetMenuQuery", 0.001)
    for _ in range(4):
        new.execute("GetMenuQuery", 0.001)
    (row,) = between((0.0, old.body()), (2.0, new.body()), CQRS)
    assert row["rate"] == 2.0


def test_a_service_without_the_metric_has_no_rows() -> None:
    assert between((0.0, "up 1\n"), (1.0, "up 1\n"), CQRS) == []


def test_what_is_appended_is_read_once_and_failed_scrapes_are_left_out(scrapes: Scrapes) -> None:
    tail = Tail(scrapes.path)
    scrapes.add(1.0, body="a 1\n")
    assert list(tail.new()) == [(1.0, "a 1\n")]
    assert list(tail.new()) == []
    scrapes.add(2.0, error="status 500")
    scrapes.add(3.0, body="a 2\n")
    assert list(tail.new()) == [(3.0, "a 2\n")]


def test_a_file_that_is_not_there_yet_has_nothing_new(tmp_path: Path) -> None:
    assert list(Tail(tmp_path / "scrapes-baseline.jsonl.gz").new()) == []


def test_what_is_older_than_the_window_is_forgotten(scrapes: Scrapes) -> None:
    service, recent = Service(), Recent("candidate", Tail(scrapes.path))
    service.execute("GetMenuQuery", 0.001)
    scrapes.add(0.0, body=service.body())
    for _ in range(100):
        service.execute("GetMenuQuery", 0.001)
    scrapes.add(WINDOW, body=service.body())
    for _ in range(20):
        service.execute("GetMenuQuery", 0.001)
    scrapes.add(WINDOW + 4, body=service.body())
    assert recent.advance()
    assert [row["rate"] for row in recent.operations(CQRS)] == [5.0]


def test_a_run_is_followed_until_it_is_recorded(scrapes: Scrapes, tmp_path: Path) -> None:
    service = Service()
    service.execute("GetMenuQuery", 0.001)
    scrapes.add(1.0, body=service.body())
    with following(tmp_path) as live:
        assert next_operations(live) == []
        service.execute("GetMenuQuery", 0.001)
        scrapes.add(2.0, body=service.body())
        (row,) = next_operations(live)
        (tmp_path / "run.json").touch()
        assert live.wait(PATIENCE) == 0
    assert (row["side"], row["name"], row["rate"]) == ("candidate", "GetMenuQuery", 1.0)


def test_a_duet_has_rows_of_both_sides(tmp_path: Path) -> None:
    service = Service()
    service.execute("GetMenuQuery", 0.001)
    first = service.body()
    service.execute("GetMenuQuery", 0.001)
    for side in ("baseline", "candidate"):
        growing = Scrapes(tmp_path, side)
        growing.add(1.0, body=first)
        growing.add(2.0, body=service.body())
    with following(tmp_path) as live:
        rows = next_operations(live)
        (tmp_path / "run.json").touch()
    assert [(row["side"], row["name"]) for row in rows] == [
        ("baseline", "GetMenuQuery"),
        ("candidate", "GetMenuQuery"),
    ]


def following(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "analysis.live", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def next_operations(live: subprocess.Popen[str]) -> list[dict[str, object]]:
    assert live.stdout is not None
    found: list[dict[str, object]] = json.loads(live.stdout.readline())["operations"]
    return found


def test_a_file_that_holds_no_scrapes_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "scrapes-candidate.jsonl.gz"
    path.write_bytes(gzip.compress(b"[]\n"))
    with pytest.raises(UnreadableRunError, match="not readable as scrapes"):
        list(Tail(path).new())


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """That one holds the other end of its standard input."""
    with following(tmp_path) as live:
        assert live.stdin is not None
        live.stdin.close()
        assert live.wait(PATIENCE) == 0
