"""What a user reads of an error."""

from __future__ import annotations

import click
import pytest

from mario_perf.cli import error_lines


@pytest.mark.parametrize(
    ("kind", "given", "line"),
    [
        (click.IntRange(1), "0", "0 is not possible; give 1 or more."),
        (click.IntRange(0, 65535), "99999", "99999 is not possible; give 0 or more and at most 65535."),
        (click.FloatRange(0, 1, min_open=True), "2", "2.0 is not possible; give more than 0 and at most 1."),
        (click.FloatRange(max=1, max_open=True), "1", "1.0 is not possible; give less than 1."),
        (click.IntRange(1), "many", "'many' is not a valid integer range."),
    ],
)
def test_a_number_out_of_range_is_told_in_words(
    kind: click.IntRange | click.FloatRange, given: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = click.Command("play", params=[click.Option(["--rounds"], type=kind)])
    with pytest.raises(click.BadParameter) as raised:
        command.main(["--rounds", given], standalone_mode=False)
    error_lines.write(raised.value)
    assert capsys.readouterr().err.splitlines()[-1] == f"Error: Invalid value for '--rounds': {line}"
