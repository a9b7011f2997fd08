"""What a history does, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.history.alerts import Alert
    from mario_perf.history.measurements import Batch

FORMS: Final = "a path, postgresql://HOST/DATABASE, or git:PATH of a repository"


class StoreError(UserError):
    """The history cannot be read or written."""


class Store(Protocol):
    """The history. Batches are added and taken out, and never changed; of an alert only the state changes."""

    def append(self, batches: Iterable[Batch]) -> int:
        """Add batches, all or none; returns how many were new. A source that is there already is left out.

        Raises:
            StoreError: they cannot be written.
        """

    def sources(self) -> frozenset[str]:
        """Names of all sources."""

    def names(self) -> frozenset[tuple[str, str]]:
        """Each operation that has levels, with each of its metrics."""

    def batches(
        self, metrics: Sequence[str] = (), operations: Sequence[str] = (), newest: int | None = None
    ) -> Iterator[Batch]:
        """In the order of time, with these metrics and operations only; with all where none is named.

        With ``newest``, this many batches at most.

        Of a gate that was played on, only the newest: it has the rounds of the others, too.

        Raises:
            StoreError: they cannot be read.
        """

    def prune(self, *, before: float, keep: int | None = None) -> int:
        """Take out batches older than ``before``, and all but the newest ``keep``; returns how many."""

    def alerts(self) -> tuple[Alert, ...]:
        """All of them, in the order of time.

        Raises:
            StoreError: they cannot be read.
        """

    def record(self, alerts: Iterable[Alert]) -> None:
        """Keep alerts; one that is there already gets the new state.

        Raises:
            StoreError: they cannot be written.
        """
