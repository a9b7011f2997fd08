"""In which order two builds are asked that take turns. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

_BLOCK: Final = (0, 1, 1, 0)
"""Turns that cancel a steady drift: each side is in their middle as late as the other."""


def number_of_turns(window: float, turn: float) -> int:
    """How many turns of ``turn`` seconds fill about ``window`` seconds, in whole blocks; at least one."""
    return len(_BLOCK) * max(round(window / turn / len(_BLOCK)), 1)


def order(random: Random, turns: int) -> Iterator[int]:
    """The side of each turn, 0 or 1: A B B A, B A A B, ... Which side comes first is drawn for each block."""
    for _ in range(turns // len(_BLOCK)):
        first = random.randrange(2)
        yield from (first ^ side for side in _BLOCK)
