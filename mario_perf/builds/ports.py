"""Ports for what a gate starts: new ones for each round, and others where one was taken."""

from __future__ import annotations

import re
import secrets
import socket
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

T = TypeVar("T")

_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_EPHEMERAL: Final = (49_152, 65_535)
"""Ports that the system gives to connections, where it does not tell: those of the IANA."""

_LOWEST: Final = 10_240
_HIGHEST: Final = 65_535
"""Below stand well-known services, and ports that browsers refuse."""

_MAX_TRIES: Final = 100
_PORT_TAKEN: Final = re.compile(
    r"(?i)address (already )?in use|EADDRINUSE|port \S+ (is |was )?(already )?in use"
)


_drawn: Final[set[int]] = set()
"""Ports that this process has drawn: what was started with one may not listen yet."""


class PortTakenError(UserError):
    """A process ended because another one had begun to listen on its port."""


def free_port() -> int:
    """A port of the loopback interface without a listener, drawn at random, and never twice.

    The system gives none of these to a connection. No seed draws them: two gates at once would draw the same.
    """
    candidates = _candidates()
    for _ in range(_MAX_TRIES if candidates else 0):
        port = secrets.choice(candidates)
        if port not in _drawn and _is_free(port):
            _drawn.add(port)
            return port
    return _any_port()


def says_port_taken(output: str) -> bool:
    return _PORT_TAKEN.search(output) is not None


@contextmanager
def retry_on_other_ports(start: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
    """What was started; started once more, with other ports, where one was taken at the last moment.

    Raises:
        PortTakenError: that happened twice.
    """
    with ExitStack() as stack:
        try:
            value = stack.enter_context(start())
        except PortTakenError:
            value = stack.enter_context(start())
        yield value


@cache
def _candidates() -> Sequence[int]:
    """All ports outside of the ephemeral range."""
    lowest, highest = _ephemeral()
    return (*range(_LOWEST, lowest), *range(max(highest + 1, _LOWEST), _HIGHEST + 1))


def _ephemeral() -> tuple[int, int]:
    try:
        lowest, highest = map(int, _RANGE.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return _EPHEMERAL
    return lowest, highest


def _is_free(port: int) -> bool:
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _any_port() -> int:
    """Of the ephemeral range: where a machine uses nearly all ports for connections, there is no other."""
    return _bind(0)


def _bind(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])
