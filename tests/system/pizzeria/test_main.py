"""The command, as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from mario_perf.pizzeria.__main__ import main
from mario_perf.pizzeria.bootstrap import OPERATIONS
from tests.pizzeria.series import growth
from tests.system.pizzerias import PATIENCE, command, environment, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that ends by itself."""
    done = subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def run_here(capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """The same in this process, which saves it a start: for what ends before it serves."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield lambda *arguments: (main([str(each) for each in arguments]), *capsys.readouterr())
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "99999"], "99999 is not in the range 0<=x<=65535"),
        (["--port", "pizza"], "'pizza' is not a valid integer"),
        (["--kitchen-capacity", "0"], "0 is not in the range x>=1"),
        (["--bogus"], "No such option"),
    ],
)
def test_what_is_no_option_is_said_in_one_line(arguments: list[str], words: str, run_here: Run) -> None:
    code, output, errors = run_here(*arguments)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("pizzeria: ")
    assert words in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--slow", "Bake=2"], f"the operations are {', '.join(OPERATIONS)}"),
        (["--slow", "GetMenuQuery=0.5"], "a factor of at least 1"),
        (["--delay", "GetMenuQuery=5"], "not a time; give a number with us, ms or s"),
        (["--fail", "GetMenuQuery=2"], "give one from 0 to 1"),
        (["--port", "0", "--host", "host.invalid"], "choose another --host or --port"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], words: str, run_here: Run) -> None:
    code, output, errors = run_here(*arguments)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("pizzeria: ")
    assert words in errors


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output, errors = run("--port", str(port))
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert f"127.0.0.1:{port} (Address already in use)" in errors


def test_a_database_that_cannot_be_is_said_in_one_line(tmp_path: Path, run_here: Run) -> None:
    (tmp_path / "letter").write_text("Dear Mario, " * 100)
    for path in (tmp_path, tmp_path / "no" / "such.db", tmp_path / "letter"):
        code, output, errors = run_here("--port", "0", "--database", path)
        assert (code, output, errors.count("\n")) == (2, "", 1)
        assert str(path) in errors


def test_help_names_every_operation() -> None:
    code, output, errors = run("--help")
    assert (code, errors) == (0, "")
    assert all(name in output for name in OPERATIONS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_service_without_a_word(number: int) -> None:
    with started() as service:
        service.client.get("/api/menu/")  # a connection that is kept alive
        assert service.stop(number) == (0, "")


def test_a_signal_right_after_the_start_is_not_lost() -> None:
    with started() as service:
        assert service.stop() == (0, "")


def test_a_request_under_way_does_not_keep_the_service_from_closing() -> None:
    with started("--delay", "GetMenuQuery=60s") as service, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(httpx.get, f"{service.url}/api/menu/", timeout=PATIENCE)
        under_way = ("http_server_active_requests", frozenset({("http_method", "GET")}))
        while not service.samples().get(under_way):
            assert not asked.done()
        code, errors = service.stop()
        assert (code, asked.result().status_code) == (0, 503)
    assert "Traceback" not in errors


def test_a_temporary_database_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with started() as service:
        service.order()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []  # open, and without a name
        service.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_named_database_keeps_its_orders_but_counts_anew(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    starts = []
    for expected in (1, 2):
        with started("--database", path) as service:
            service.order()
            assert len(service.client.get("/api/orders/").json()) == expected
            found = service.samples()
            placed = frozenset({"operation": "command", "type": "PlaceOrderCommand"}.items())
            assert found["cqrs_executions_total", placed] == 1
            starts.append(found["process_start_time_seconds", frozenset()])
            assert service.stop() == (0, "")
    assert starts[0] < starts[1] <= time.time()
    assert list(tmp_path.iterdir()) == [path]


def test_faults_reach_the_operation_that_they_name_and_its_measurement() -> None:
    with started("--delay", "GetMenuQuery=20ms", "--fail", "GetActiveOrdersQuery=1") as service:
        before = service.samples()
        assert service.client.get("/api/menu/").status_code == 200
        assert service.client.get("/api/orders/").status_code == 500
        after = service.samples()
    times = growth(before, after, "cqrs_execution_duration_milliseconds_sum")
    assert max(times.values()) >= 20
    (failed,) = growth(before, after, "cqrs_executions_failures_executions_total")
    assert dict(failed) == {
        "operation": "query", "type": "GetActiveOrdersQuery", "error_type": "exception",
    }  # fmt: skip
