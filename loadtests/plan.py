"""A fixed number of journeys, dealt to whoever is free, and then the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Plan:
    """The journeys that one process is to make, by name, each exactly once.

    ``finished`` is called when the last of them has come to its end.
    """

    def __init__(self, journeys: Sequence[str], finished: Callable[[], None]) -> None:
        self._to_deal = list(reversed(journeys))
        self._under_way = len(self._to_deal)
        self._finished = finished
        if not journeys:
            finished()

    def deal(self) -> str | None:
        """The next journey; None when all have been dealt."""
        return self._to_deal.pop() if self._to_deal else None

    def done(self) -> None:
        """A journey that was dealt has come to its end."""
        self._under_way -= 1
        if not self._under_way:
            self._finished()
