"""The capacities of two builds, on pizzerias that really run, with Locust as it really is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.e2e
@pytest.mark.alone
def test_a_build_of_much_lower_capacity_is_red_and_every_block_is_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mario_perf", "capacity", "--against", "HEAD"),
            *("--spin", "PlaceOrderCommand=20ms", "--probe", "2", "--runs-dir", str(tmp_path)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "regressed: capacity -" in done.stdout
    (path,) = tmp_path.glob("*-capacity/capacity-ratio.json")
    written = json.loads(path.read_text())
    assert written["verdict"] == "regressed"
    assert written["high"] < -0.03
    assert 0 < len(written["blocks"]) <= len(list(path.parent.glob("block-*/run.json")))
    assert all(block["candidate"]["rate"] < block["baseline"]["rate"] for block in written["blocks"])
