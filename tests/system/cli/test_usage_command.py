"""``mario-perf usage``, as a person calls it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command_line import Done


@pytest.fixture
def usage(here: Callable[..., Done]) -> Callable[..., Done]:
    return partial(here, "usage")


def test_help_has_examples_and_exit_codes(usage: Callable[..., Done]) -> None:
    done = usage("--help")
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert "Exit codes:" in done.stdout


def test_without_a_prometheus_it_says_so_in_a_line(usage: Callable[..., Done]) -> None:
    done = usage("--prometheus", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("mario-perf: http://127.0.0.1:9: Prometheus is not reachable")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "soon"), "'soon' is not a duration"),
        (("--since", "5s"), "give at least a minute"),
        (("--before", "0d"), "give at least a minute"),
        (("--match", "pizzeria"), "is not LABEL=VALUE"),
    ],
)
def test_what_it_cannot_read_is_a_usage_error(
    arguments: tuple[str, ...], said: str, usage: Callable[..., Done]
) -> None:
    done = usage(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
