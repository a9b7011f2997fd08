"""The options by which a gate injects faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mario_perf.builds.pizzeria_faults import FAULT_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable


def fault_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each fault, in their order."""
    for name, flag in reversed(tuple(FAULT_FLAGS.items())):
        function = click.option(
            f"--{name}", multiple=True, metavar=flag.metavar, help=f"{flag.help} Repeatable."
        )(function)
    return function


def take_faults(options: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """The faults among the options of a command, which they leave: names and words."""
    chosen: list[tuple[str, tuple[str, ...]]] = [(name, options.pop(name)) for name in FAULT_FLAGS]  # type: ignore[misc]
    return tuple((name, word) for name, words in chosen for word in words)
