"""``mario-perf init --client`` writes a policy for a service without metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mario_perf.cli.init_command import init
from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.policy import CLIENT, Service

if TYPE_CHECKING:
    from pathlib import Path


def test_what_it_writes_judges_by_the_client_alone(tmp_path: Path) -> None:
    written = tmp_path / "perf.toml"
    words = ["--client", "--start", "./serve {port}", "--ready", "up", "--locustfile", "users.py"]
    done = CliRunner().invoke(init, [*words, "--output", str(written)])
    assert done.exit_code == 0, done.output
    assert "no metrics; response times and statuses of the locustfile's steps are judged" in done.output
    policy = policy_file.load(written)
    assert policy.by_client
    assert policy.service == Service(("./serve", "{port}"), ready="/up", metrics=CLIENT)
    assert policy.load.locustfile == "users.py"
    assert "[metrics]" not in written.read_text()


@pytest.mark.parametrize("words", [[], ["http://127.0.0.1:9/metrics", "--client"]])
def test_metrics_have_a_url_or_there_are_none(words: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(init, [*words, "--output", str(tmp_path / "perf.toml")])
    assert done.exit_code == 2
    assert "--client for a service without metrics" in done.output


@pytest.mark.parametrize("words", [["--client", "--play"], ["http://127.0.0.1:9/metrics", "--play"]])
def test_a_round_is_played_with_a_locustfile_on_a_service_with_metrics(
    words: list[str], tmp_path: Path
) -> None:
    done = CliRunner().invoke(init, [*words, "--output", str(tmp_path / "perf.toml")])
    assert done.exit_code == 2
    assert "--play needs" in done.output


def test_what_steps_trigger_is_read_back_as_it_was_written() -> None:
    operations = {"ready orders": ("ByStatus",), 'a "b"': ("X", "Y"), "health": ()}
    text = policy_text.text(None, Service(metrics=CLIENT), None, operations)
    assert policy_file.parse(text).load.operations == operations
