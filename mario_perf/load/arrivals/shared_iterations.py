"""A fixed number of journeys, dealt to whoever is free, and then the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Plan:
    """The journeys that one process is to make, by name, each exactly once.

    ``finished`` is called when none of them is left to be made.
    """

    def __init__(self, finished: Callable[[], None]) -> None:
        self._finished = finished
        self._to_deal: list[str] = []
        self._to_end = 0
        self.made = 0
        """Journeys that have come to their end."""

    def set(self, journeys: Sequence[str]) -> None:
        """What is to be made; of nothing one is finished at once."""
        self._to_deal = list(reversed(journeys))
        self._to_end = len(journeys)
        if not journeys:
            self._finished()

    def deal(self) -> str | None:
        """The next journey; None when all have been dealt."""
        return self._to_deal.pop() if self._to_deal else None

    def left(self, *, whole: bool) -> None:
        """A journey that was dealt has come to its end, or was broken off."""
        self.made += whole
        self._to_end -= 1
        if not self._to_end:
            self._finished()
