"""Workers that Locust forks end with their master."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[4]
LONGEST = 120.0


def workers(mark: str) -> list[str]:
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (each / "environ").read_bytes():
                found.append(each.name)
        except OSError:
            continue
    return found


def test_a_run_that_is_refused_at_its_start_leaves_no_worker(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "mario.py"), "--headless"]
    done = subprocess.run(
        [*command, "--processes", "2", "-t", "5s", "-H", "http://127.0.0.1:9", "--master-bind-port", "25557"],
        cwd=tmp_path,
        env=os.environ | {"MARK": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
    deadline = time.monotonic() + 10
    while (left := workers(f"MARK={tmp_path}")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
