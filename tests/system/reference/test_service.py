"""The reference as a process."""

import re
import subprocess
import sys

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
    counts = re.findall(r'cqrs_executions_total{operation="reference-1",type="(\w+)"} (\d+)', page)
    assert dict(counts) == dict.fromkeys(
        ("Interpret", "ConvertJson", "Allocate", "ReadRows", "WriteRows", "Wait"), "3"
    )


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
