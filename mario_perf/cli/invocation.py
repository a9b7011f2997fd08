"""What is known of a command from the moment it began."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import click


@dataclass(frozen=True, slots=True)
class Invocation:
    """When the command began, by the monotonic clock, and what was typed."""

    start: float = field(default_factory=time.monotonic)
    command_line: tuple[str, ...] = ()


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
