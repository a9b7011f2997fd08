"""What else the machine did while something was measured on it."""

from __future__ import annotations

import os
import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import pytest

from tests.system.conftest import REQUIRE_ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRIES: Final = 3
_QUIET: Final = 0.1
"""Share of the machine that others may take while it counts as quiet."""

_COULD_NOT_TELL: Final = 4
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class _Done(Protocol):
    @property
    def returncode(self) -> int: ...


_D = TypeVar("_D", bound=_Done)


@dataclass
class Others:
    """The share of the machine that processes took that are not ours."""

    share: float = 0.0


@contextmanager
def counted() -> Iterator[Others]:
    """Count, from here to the end of the block; ours are this process and children that have ended."""
    others, start = Others(), time.monotonic()
    every, own = _busy(), _own()
    yield others
    seconds = (time.monotonic() - start) * (os.cpu_count() or 1)
    others.share = ((_busy() - every) - (_own() - own)) / seconds


def judged(play: Callable[[], _D]) -> _D:
    """A gate, played again when it could not tell and the machine was busy with other things.

    On a quiet machine its first answer is the one that counts.
    """
    for _ in range(_TRIES):
        with counted() as others:
            done = play()
        if done.returncode != _COULD_NOT_TELL or others.share < _QUIET:
            return done
    said = f"other processes took {others.share:.0%} of the machine: too busy for a gate"
    if os.environ.get(REQUIRE_ALL):
        raise AssertionError(said)
    raise pytest.skip.Exception(said)


def _busy() -> float:
    """CPU seconds of all processes since the machine started."""
    user, nice, system, _, _, irq, soft, steal, *_ = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + soft + steal) / _TICKS


def _own() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
