"""What a gate starts, it stops."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mario_perf.builds import processes
from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import NotReadyError, start_process, wait_for_end, wait_until_ready
from mario_perf.errors import UserError

LONGEST = 15.0
ROOT = Path(__file__).parents[3]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def is_bound(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(what: object) -> bool:
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if what():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("prefix", ["", "[2026-11-30 15:22:56,123] vm/ERROR/mario_perf.load: "])
def test_a_child_that_failed_is_named_with_its_code_and_last_message(tmp_path: Path, prefix: str) -> None:
    failing = python(f"print('one'); raise SystemExit('{prefix}no such table')")
    with start_process("Service", failing, tmp_path / "log") as child:
        assert wait_for_end(child, LONGEST, lambda: None) == 1
        assert child.exit_text == "Service ended with exit code 1: no such table"


def test_locusts_tables_do_not_hide_why_it_failed(tmp_path: Path) -> None:
    failing = python("""
        print("[2026-11-30 17:45:18,093] vm/ERROR/locust.user.users: no menu")
        print("[2026-11-30 17:45:23,549] vm/INFO/locust.main: Shutting down (exit code 1)")
        print("Type     Name    # reqs      # fails |    Avg     Min")
        print("--------|-------|-------|-------------|-------|-------")
        print("         Aggregated    0     0(0.00%) |      0       0 |")
        raise SystemExit(1)
    """)
    with start_process("Locust", failing, tmp_path / "log") as child:
        assert wait_for_end(child, LONGEST, lambda: None) == 1
        assert child.exit_text == "Locust ended with exit code 1: no menu"


def test_a_child_that_was_killed_is_told_with_the_signal(tmp_path: Path) -> None:
    with start_process("Service", python("import time; time.sleep(60)"), tmp_path / "log") as child:
        assert child.exit_text is None
        child.process.kill()
        child.process.wait(LONGEST)
        assert child.exit_text == "Service was killed by SIGKILL"


def test_a_command_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Service: no-such-program cannot be started"):
        with start_process("Service", ["no-such-program"], tmp_path / "log"):
            pass


def test_a_child_that_ignores_the_request_to_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT", 0.3)
    stubborn = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(60)
    """
    log = tmp_path / "log"
    with start_process("Service", python(stubborn), log) as child:
        assert eventually(lambda: "ready" in log.read_text())
    assert child.process.returncode == -signal.SIGKILL


def test_what_a_child_started_is_stopped_with_it(tmp_path: Path) -> None:
    parent = """
        import subprocess, sys, time
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
        time.sleep(60)
    """
    log = tmp_path / "log"
    with start_process("Service", python(parent), log):
        assert eventually(lambda: log.read_text().strip())
        grandchild = int(log.read_text())
        assert is_alive(grandchild)
    assert eventually(lambda: not is_alive(grandchild))


def test_a_daemon_that_a_child_started_is_stopped_with_it(tmp_path: Path) -> None:
    """It has a session of its own, and its parent is gone."""
    parent = """
        import subprocess, sys, time
        daemon = "import os, sys, time; os.fork() and os._exit(0); os.setsid(); " \\
            "os.fork() and os._exit(0); print(os.getpid(), flush=True); time.sleep(60)"
        subprocess.run([sys.executable, "-c", daemon])
        time.sleep(60)
    """
    log = tmp_path / "log"
    with start_process("Service", python(parent), log):
        assert eventually(lambda: log.read_text().strip())
        daemon = int(log.read_text())
        assert is_alive(daemon)
    assert not is_alive(daemon)


SERVER = """
    import socket, subprocess, sys, time
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        time.sleep(60)
"""


def test_nothing_outlives_a_parent_that_is_killed_and_no_port_stays_bound(tmp_path: Path) -> None:
    """Not even what a shell started that the parent started."""
    parent = f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from mario_perf.builds.processes import start_process
        command = ["/bin/sh", "-c", '"$@"; true', "sh", *{python(SERVER)!r}]
        with start_process("Service", command, Path({str(tmp_path)!r}) / "log") as child:
            print(child.process.pid, flush=True)
            time.sleep(60)
    """
    log = tmp_path / "log"
    with subprocess.Popen(python(parent), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shell = int(process.stdout.readline())
        assert eventually(lambda: log.exists() and log.read_text().strip())
        port = int(log.read_text())
        assert is_alive(shell)
        assert is_bound(port)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(LONGEST)
    assert eventually(lambda: not is_alive(shell))
    assert eventually(lambda: not is_bound(port))


def test_a_second_interrupt_while_a_child_is_being_stopped_stops_it_too(tmp_path: Path) -> None:
    parent = f"""
        import signal, sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from mario_perf.builds.processes import start_process
        stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " \\
            "print('ready', flush=True); time.sleep(60)"
        log = Path({str(tmp_path)!r}) / "log"
        with start_process("Service", [sys.executable, "-c", stubborn], log) as child:
            print(child.process.pid, flush=True)
            try:
                time.sleep(60)
            finally:
                print("stopping", flush=True)
    """
    log = tmp_path / "log"
    with subprocess.Popen(
        python(parent), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert eventually(lambda: log.exists() and "ready" in log.read_text())
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGINT)
        process.wait(LONGEST)
    assert eventually(lambda: not is_alive(child))


def test_waiting_for_a_service_that_ended_says_how(tmp_path: Path) -> None:
    with start_process("Service", python("raise SystemExit('port in use')"), tmp_path / "log") as child:
        with pytest.raises(UserError, match="exit code 1: port in use; its output is in"):
            wait_until_ready(child, f"http://127.0.0.1:{free_port()}/", LONGEST)


@pytest.mark.parametrize(("timeout", "patience"), [(0.3, "within 0.3 s"), (-5, "over; allow more time")])
def test_waiting_for_a_service_that_never_answers_ends(tmp_path: Path, timeout: float, patience: str) -> None:
    with start_process("Service", python("import time; time.sleep(60)"), tmp_path / "log") as child:
        with pytest.raises(UserError, match=f"{patience}; its output"):
            wait_until_ready(child, f"http://127.0.0.1:{free_port()}/", timeout)


def test_a_process_that_takes_too_long_is_an_error_and_is_stopped(tmp_path: Path) -> None:
    with start_process("Locust", python("import time; time.sleep(60)"), tmp_path / "log") as child:
        with pytest.raises(UserError, match="Locust has not ended within"):
            wait_for_end(child, 0.2, lambda: None)
    assert child.process.returncode is not None


def test_no_time_left_is_not_told_as_a_negative_number_of_seconds(tmp_path: Path) -> None:
    with (
        start_process("Service", python("import time; time.sleep(60)"), tmp_path / "log") as child,
        pytest.raises(
            NotReadyError, match=r"did not answer at \S+ before the time was over; allow more time; its"
        ),
    ):
        wait_until_ready(child, "http://127.0.0.1:9", -5.0)


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0
