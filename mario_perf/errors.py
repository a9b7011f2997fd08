"""What a user can put right: each message is one line that says what was wrong, where, and what to do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class UserError(Exception):
    """Base of all errors that a user sees as one line, without a traceback."""


class PolicyError(UserError):
    """perf.toml cannot be read, or says something that does not exist."""


class UnreadableRunError(UserError):
    """A run's folder has no run record that this version reads, or no scrapes."""


class UnreadableExpositionError(UserError):
    """A metrics page, or a line of one, does not follow the grammar of an exposition."""


class InvalidRunError(UserError):
    """A run can be read, but not judged: the same answer as a result that is invalid."""


class NotKeptError(UserError):
    """What was measured is unfit to judge later runs by."""


class EmptyRunError(InvalidRunError):
    """A run sent nothing in its window."""


class SourceUnreachableError(UserError):
    """The Prometheus server does not answer, or refuses."""


class NoMetricsError(SourceUnreachableError):
    """Something answers, and it is neither a metrics page nor a Prometheus server."""


class TargetNotScrapedError(UserError):
    """The Prometheus server answers, but has no scrapes of the service in question."""


class MetricNotFoundError(UserError):
    """The service does not expose a metric that the policy names."""


class AmbiguousNameError(UserError):
    """Operations that the policy does not tell apart by their names."""


class BaselineMissingError(UserError):
    """There is no baseline where one was looked for."""


class UnreadableBaselineError(UserError):
    """A baseline file is of another schema, or damaged."""


def nearest(word: str, names_: Iterable[str], *, count: int = 3) -> str:
    """The names most like ``word``, joined for a message; all names when none is alike, or ``none``."""
    names = sorted(set(names_))
    similar = difflib.get_close_matches(word, names, n=count, cutoff=0.5) or names[:count]
    return ", ".join(similar) or "none"


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 round``, ``4 rounds``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def listed(names: Iterable[str], max_items: int = 5) -> str:
    """The first ``max_items`` names, and how many more there are."""
    items = list(names)
    more = f" and {len(items) - max_items} more" if len(items) > max_items else ""
    return ", ".join(items[:max_items]) + more
