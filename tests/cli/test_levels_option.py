from __future__ import annotations

import click
import pytest

from mario_perf.cli.gate_command import usual_request
from mario_perf.errors import UserError
from mario_perf.gate.gate_request import check
from mario_perf.gate.load_levels import Levels


def test_levels_are_typed_as_one_word() -> None:
    assert usual_request("--levels", "90%,25%").levels == Levels((0.25, 0.9), shares=True)
    assert usual_request().levels is None


def test_bad_levels_are_refused_with_the_reason() -> None:
    with pytest.raises(click.BadParameter, match="a level is above 0"):
        usual_request("--levels", "0%,50%")


def test_levels_are_played_under_load_alone() -> None:
    assert usual_request("--levels", "20,40").parts == ("load",)
    assert usual_request("--levels", "20,40", "--part", "load").parts == ("load",)
    assert usual_request("--part", "both").parts == ("alone", "load")
    for other in ("alone", "both"):
        with pytest.raises(UserError, match="leave out --part"):
            check(usual_request("--levels", "20,40", "--part", other))
