"""The commands by name."""

from click.testing import CliRunner

from mario_perf.cli.main import cli


def test_a_wrong_command_is_told_the_right_one() -> None:
    refused = CliRunner().invoke(cli, ["gat"])
    assert refused.exit_code == 2
    assert "no command gat; nearest: gate" in refused.output
