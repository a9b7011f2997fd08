"""The comparison, with a Prometheus that does not answer."""

import socket

import pytest

from analysis.compare import main
from tests.simulated_runs import MakeRun, Plan, make_run

__all__ = ["make_run"]


def test_a_prometheus_that_is_not_there_is_one_line(
    make_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    assert main(["--run", str(make_run("now", Plan())), "--prometheus", url]) == 2
    assert f"{url}: Prometheus is not reachable" in capsys.readouterr().err
