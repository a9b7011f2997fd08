"""Commands on a machine that refuses: the cause stands in a line, whatever the command was doing."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 60.0
IMPORT = "history import result.csv --map value=value"


@pytest.mark.parametrize(
    ("limit", "arguments", "cause"),
    [
        ("ulimit -f 8", IMPORT, "the history cannot be used"),
        ("ulimit -f 0", "schema > schema.json", "incomplete: File too large"),
        (":", f"{IMPORT} --store /proc/none/history.db", "the history cannot be used"),
        (":", "schema > /dev/full", "incomplete: No space left on device"),
    ],
)
def test_a_limit_of_the_machine_is_named_in_a_line(
    limit: str, arguments: str, cause: str, tmp_path: Path
) -> None:
    (tmp_path / "result.csv").write_text("time,operation,value\n1,a,2\n")
    done = subprocess.run(
        ["sh", "-c", f"{limit}; exec {shlex.quote(sys.executable)} -m mario_perf {arguments}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},  # what is cut short there stays for all others
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 2
    assert cause in done.stderr
    assert len(done.stderr.splitlines()) == 1
