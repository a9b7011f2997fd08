"""The Prometheus of a gate."""

import subprocess
from pathlib import Path

import httpx
import pytest

from mario_perf.errors import UserError
from mario_perf.gate import prometheus_server


@pytest.mark.prometheus
def test_the_configuration_is_one_that_prometheus_takes(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    (tmp_path / prometheus_server.TARGETS_FILE).write_text("[]")
    file.write_text(prometheus_server._config("/metrics"))
    checked = subprocess.run(
        ["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False, timeout=30
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.prometheus
def test_it_knows_its_targets_when_it_is_given_and_is_gone_afterwards(tmp_path: Path) -> None:
    with prometheus_server.start_server("/metrics", tmp_path / "log") as server:
        for ports in ((1, 2), (3, 4)):  # of two rounds
            server.scrape(ports)
            targets = httpx.get(f"{server.url}/api/v1/targets", timeout=5).json()["data"]["activeTargets"]
            assert {each["labels"]["instance"] for each in targets} == {f"127.0.0.1:{port}" for port in ports}
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url, timeout=5)


def test_without_the_binary_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(UserError, match="apt-get install prometheus"),
        prometheus_server.start_server("/", tmp_path / "log"),
    ):
        pass
