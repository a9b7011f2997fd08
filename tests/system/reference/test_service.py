"""The reference as a process."""

import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress

import httpx

from mario_perf.reference.service import KIND
from tests.system.pizzerias import PATIENCE, environment

COMMAND = [sys.executable, "-W", "error", "-m", "mario_perf.reference"]


def test_it_works_and_says_how_long_until_its_input_ends() -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        with httpx.Client(base_url=url, timeout=PATIENCE) as client:
            assert [client.get("/work").status_code for _ in range(3)] == [200] * 3
            page = client.get("/metrics").text
            assert (client.get("/health").text, client.get("/none").status_code) == (f"{KIND}\n", 404)
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
    counts = re.findall(r'cqrs_executions_total{operation="reference-2",type="(\w+)"} (\d+)', page)
    assert dict(counts) == dict.fromkeys(
        ("Interpret", "ConvertJson", "Allocate", "ReadRows", "WriteRows", "Wait"), "3"
    )


def test_it_stops_at_once_and_silently_whatever_its_clients_do() -> None:
    """One that keeps its connection, one that drips its head, one that takes none of its answers."""
    with (
        subprocess.Popen(
            [sys.executable, "-m", "mario_perf.reference", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
        ) as process,
        ExitStack() as stack,
    ):
        assert process.stdout
        url = httpx.URL(process.stdout.readline().split()[-1])
        address = (url.host, url.port or 0)
        idle, dripping, deaf = (
            stack.enter_context(socket.create_connection(address, timeout=PATIENCE)) for _ in range(3)
        )
        idle.sendall(b"GET /work HTTP/1.1\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        dripping.sendall(b"GET /wo")
        deaf.settimeout(0.5)
        with suppress(TimeoutError):
            deaf.sendall(b"GET /metrics HTTP/1.1\r\n\r\n" * 100_000)
        process.send_signal(signal.SIGTERM)
        assert (process.wait(PATIENCE), process.communicate()) == (0, ("", ""))


def test_a_port_in_use_is_one_line() -> None:
    done = subprocess.run(
        [*COMMAND, "--host", "192.0.2.1"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("reference: cannot listen (")
    assert done.stderr.count("\n") == 1
