from __future__ import annotations

import click
import pytest

from mario_perf.cli.gate_command import gate, usual_request
from mario_perf.cli.levels_option import take_part
from mario_perf.errors import UserError
from mario_perf.gate.load_levels import Levels


def part(*words: str) -> object:
    context = gate.make_context("gate", list(words))
    return take_part(dict(context.params))["part"]


def test_levels_are_typed_as_one_word() -> None:
    assert usual_request("--levels", "90%,25%").levels == Levels((0.25, 0.9), shares=True)
    assert usual_request().levels is None


def test_bad_levels_are_refused_with_the_reason() -> None:
    with pytest.raises(click.BadParameter, match="a level is above 0"):
        usual_request("--levels", "0%,50%")


def test_levels_are_played_under_load_alone() -> None:
    assert part("--levels", "20,40") == "load"
    assert part("--levels", "20,40", "--part", "load") == "load"
    assert part("--part", "both") == "both"
    for other in ("alone", "both"):
        with pytest.raises(UserError, match="leave out --part"):
            part("--levels", "20,40", "--part", other)
