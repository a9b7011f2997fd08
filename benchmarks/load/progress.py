"""How far it has come, and how long it will take."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.load.records import Record

R = TypeVar("R", bound="Record")


class Progress:
    """Of runs that were planned to take so many ``seconds`` together. Their starts and ends come on top."""

    def __init__(self, seconds: float) -> None:
        self._planned = seconds
        self._done = 0.0
        self._began = monotonic()

    def follow(self, records: Iterable[R]) -> Iterator[R]:
        """Give each as it comes, and say so."""
        for record in records:
            self._done += record.seconds
            click.echo(
                f"{remaining(self._done, self._planned, monotonic() - self._began)}  {record.line}", err=True
            )
            yield record


def remaining(done: float, planned: float, elapsed: float) -> str:
    """Minutes and seconds to go, at the pace so far."""
    minutes, seconds = divmod(round(elapsed / done * max(planned - done, 0.0)), 60)
    return f"{min(done / planned, 1.0):4.0%} done, {minutes}:{seconds:02} left"
