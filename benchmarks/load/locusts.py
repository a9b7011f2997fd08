"""Locust: bare, with its own statistics, or recorded by the harness."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.load.asking import Asked, Done, pinned
from mario_perf.model import Severity
from mario_perf.run_record import RunRecord
from mario_perf.validity import run_checks

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
MARIO = HERE.parents[1] / "loadtests"
"""Where Mario's user class stands: its modules are imported by their bare names."""
WARM_UP = 1
"""Seconds before anything counts, in which connections are made."""

CONNECTING = 2000.0
"""Users a second who connect, at the least: more of them need a longer warm-up."""

MORE_THAN_IT_CAN = 30_000.0
"""Journeys a second: offered to see how many an open model manages on one core."""

ALONE = ("--reference", "off")
"""Nothing beside the load takes time."""

NO_SCRAPES = "3600"  # seconds from one to the next


def bare(user: str, asked: Asked) -> Done:
    """One of the user classes of ``locustfile``."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        chosen = {
            "BENCHMARK_RATE": str((asked.rate or 0.0) / asked.connections),
            "BENCHMARK_RESULT": str(result),
            "BENCHMARK_SECONDS": str(asked.seconds),
            "BENCHMARK_WARM_UP": str(WARM_UP + asked.connections / CONNECTING),
        }
        _locust("locustfile.py", user, asked, chosen)
        figures = json.loads(result.read_text(encoding="utf-8"))
    _expect_none(figures["failures"], user)
    return Done(
        figures["requests"],
        figures["seconds"],
        figures["cpu"],
        figures["memory"],
        figures["quantiles"],
        window=tuple(figures["window"]),
    )


def recorded(asked: Asked) -> Done:
    """One step after another by the harness' users in an open model, as the run's record has it."""
    rate = asked.rate or MORE_THAN_IT_CAN
    fixed = ("--max-users", str(asked.connections))
    record = _recorded("Asking", asked, ("--rate", f"{rate:.3f}", "--arrivals", "constant", *fixed))
    latency = record.targets[0].latencies_from_intended[0]
    quantiles = {"p50": latency.p50, "p95": latency.p95, "p99": latency.p99}
    return _done(record, quantiles)


def mario(user: str, asked: Asked) -> Done:
    """Mario's journeys without a pause, by one of the user classes of ``recorded``."""
    return _done(_recorded(user, asked, ("--scenario", "mario", "--think", "0")))


def _recorded(user: str, asked: Asked, options: Sequence[str]) -> RunRecord:
    with tempfile.TemporaryDirectory() as folder:
        kept = ("--runs-dir", folder, "--run-id", "run", "--scrape-interval", NO_SCRAPES)
        window = ("-t", f"{asked.seconds + WARM_UP}s", "--warm-up", str(WARM_UP), "--quiet", "0")
        _locust("recorded.py", user, asked, {}, (*kept, *ALONE, *window, *options))
        text = (Path(folder) / "run" / "run.json").read_text(encoding="utf-8")
    record = RunRecord.model_validate_json(text)
    _expect_none(sum(step.failed for step in record.targets[0].in_window), user)
    return record


def _done(record: RunRecord, quantiles: dict[str, float] | None = None) -> Done:
    seconds = record.window.duration
    return Done(
        sum(step.started for step in record.targets[0].in_window),
        seconds,
        record.generator.cpu_utilisation * seconds,
        quantiles=quantiles or {},
        invalid=any(finding.severity is Severity.INVALID for finding in run_checks.check_load(record)),
        window=(record.window.start, record.window.end),
    )


def _locust(
    file: str, user: str, asked: Asked, environment: dict[str, str], options: Sequence[str] = ()
) -> None:
    url = urlsplit(asked.url)
    crowd = str(asked.connections)
    command = [
        *(sys.executable, "-m", "locust", "-f", str(HERE / file), "--headless", "--only-summary"),
        *("-u", crowd, "-r", crowd, "-H", f"{url.scheme}://{url.netloc}"),
        *options,
    ]
    names = {"BENCHMARK_USER": user, "BENCHMARK_PATH": url.path, "PYTHONPATH": str(MARIO)}
    pinned(command, asked.seconds, {**names, **environment})


def _expect_none(failures: int, user: str) -> None:
    if failures:
        raise RuntimeError(f"{user}: {failures} requests failed")
