"""A real Prometheus that holds a history whose truth is known."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MINUTE = 60
HOURS = 50
PATIENCE = 60.0


@dataclass
class History:
    """Samples of every minute of the last hours, in OpenMetrics."""

    end: int
    counters: dict[str, list[str]] = field(default_factory=dict)

    def add(self, metric: str, labels: str, value: Callable[[int], float | None]) -> None:
        """A series: ``value`` is given minutes, negative ones before the end; None is no sample."""
        minutes = range(-HOURS * 60, 1)
        told = ((minute, value(minute)) for minute in minutes)
        self.counters.setdefault(metric, []).extend(
            f"{metric}{{{labels}}} {number} {self.end + minute * MINUTE}"
            for minute, number in told
            if number is not None
        )

    def text(self) -> str:
        """The file."""
        families = (
            f"# TYPE {name.removesuffix('_total')} {'counter' if name.endswith('_total') else 'gauge'}\n"
            + "\n".join(lines)
            for name, lines in self.counters.items()
        )
        return "\n".join([*families, "# EOF", ""])


def history(end: int) -> History:
    """Three hours of use until ``end``, and two days before them, of the service at pizzeria:8080."""
    told = History(end)
    executions, failures = "cqrs_executions_total", "cqrs_executions_failures_executions_total"
    here = 'job="pizzeria",instance="pizzeria:8080"'
    menu, order = 'operation="query",type="GetMenuQuery"', 'operation="command",type="PlaceOrderCommand"'
    told.add("up", here, lambda _: 1)
    # Ten a minute, and 100 more a minute from 45 to 30 minutes before the end.
    told.add(executions, f"{here},{menu}", lambda m: (m + 6000) * 10 + 100 * min(max(m + 45, 0), 15))
    durations = "cqrs_execution_duration_milliseconds_count"
    told.add(durations, f'{here},{menu},status="success"', lambda m: 9 * (m + 6000))
    told.add(durations, f'{here},{menu},status="failure"', lambda m: m + 6000)
    # One a minute, and the service starts anew one hour before the end.
    told.add(executions, f"{here},{order}", lambda m: m + 6000 if m < -60 else m + 60)
    told.add(failures, f'{here},{order},error_type="business_rule"', lambda m: (m + 6000) // 5)
    told.add(failures, f'{here},{order},error_type="exception"', lambda m: 1 if m >= -20 else None)
    told.add(
        executions, f'{here},operation="command",type="AddPizzaCommand"', lambda m: 1 if m >= -61 else None
    )
    told.add(executions, f'{here},operation="query",type="GetTourQuery"', lambda m: min(m, -240) + 6000)
    told.add(executions, f'{here},operation="query",type="GetStatusQuery"', lambda _: 0)
    told.add(executions, f'{here},operation="request",type="OrderCreatedEvent"', lambda m: m + 6000)
    return told


def late(told: History) -> None:
    """A service that had executed 5000 commands when Prometheus began to scrape it, half an hour ago."""
    there = 'job="late",instance="late:8080"'
    told.add("up", there, lambda m: 1 if m >= -30 else None)
    told.add(
        "cqrs_executions_total",
        f'{there},operation="command",type="OldCommand"',
        lambda m: 5000 + 2 * (m + 30) if m >= -30 else None,
    )


@dataclass(frozen=True)
class Known:
    """Where the history is, and when it ends."""

    url: str
    end: float


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("usage")
    told = history(int(time.time()) // MINUTE * MINUTE)
    late(told)
    (folder / "history.txt").write_text(told.text(), encoding="utf-8")
    _blocks(folder)
    (folder / "prometheus.yml").write_text("global: {scrape_interval: 1m}\n", encoding="utf-8")
    port = free_port()
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with start_process("Prometheus", command, folder / "prometheus.log") as child:
        wait_until_ready(child, f"http://127.0.0.1:{port}/-/ready", PATIENCE)
        yield Known(f"http://127.0.0.1:{port}", float(told.end))


def _blocks(folder: Path) -> None:
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run(
        [*command, str(folder / "history.txt"), str(folder / "data")],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
