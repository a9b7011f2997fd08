"""What is wrong at the start of a run is one line, and exit code 2."""

from pathlib import Path
from typing import Any

from tests.system.load.conftest import Load


def test_a_service_that_cannot_be_reached(load: Load, free_port: int) -> None:
    code, output = load.run("-H", f"http://127.0.0.1:{free_port}", "-t", "2s")
    errors = [line for line in output.splitlines() if "/ERROR/" in line]
    assert code == 2
    assert len(errors) == 1
    assert f"http://127.0.0.1:{free_port} cannot be reached" in errors[0]
    assert "Traceback" not in output
    assert not load.runs.exists()


def test_a_wrong_url(load: Load) -> None:
    code, output = load.run("-H", "http://a..b", "-t", "2s")
    assert code == 2
    assert "http://a..b cannot be reached" in output
    assert "Traceback" not in output


def test_a_certificate_that_nobody_vouches_for(stub: Any, load: Load, self_signed: Path) -> None:
    code, output = load.run("-H", *stub(1, "--tls", str(self_signed)).urls, "-t", "2s")
    assert code == 2
    assert "give --ca FILE with the authority that signed its certificate, or --insecure" in output


def test_an_unknown_scenario(load: Load) -> None:
    code, output = load.run("-H", "http://127.0.0.1:9", "--scenario", "breakfast")
    assert code == 2
    assert "--scenario breakfast: no such scenario; choose one of mario, read-heavy" in output
    assert "Traceback" not in output


def test_a_folder_that_cannot_hold_runs(stub: Any, load: Load) -> None:
    load.runs.write_text("a file, where the folder should be")
    code, output = load.run("-H", stub(1).urls[0], "-t", "2s")
    assert code == 2
    assert "--runs-dir" in output
    assert "Traceback" not in output
