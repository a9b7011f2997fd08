"""Which hosts get load: this machine, and those that somebody named. A slip must load no stranger."""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_allowed: frozenset[str] | None = None
"""Of this process, in lower case. None: no run has begun, so nothing is known of what is allowed."""


class HostNotAllowedError(ValueError):
    """Somebody else's host; the message names the flag that allows it."""


def allow(hosts: Iterable[str]) -> None:
    """From now on this process connects its users to loopback and to these hosts only."""
    global _allowed  # noqa: PLW0603 - redirects and URLs of steps meet it deep inside the client
    _allowed = frozenset(host.lower() for host in hosts)


def check_connection(host: str) -> None:
    """Check before a user connects.

    Raises:
        HostNotAllowedError: A run has begun, and neither it nor loopback has this host.
    """
    if _allowed is not None:
        check(host, _allowed)


def check(host: str, allowed: Iterable[str]) -> None:
    """Check a host without its port. One that no name server knows passes: it gets no load.

    Raises:
        HostNotAllowedError: It is another machine, and not among those allowed.
    """
    if host.lower() not in allowed and not _is_loopback(host):
        raise HostNotAllowedError(
            f"{host} is not this machine, and load may harm it; if it is yours, give --allow-host {host}, "
            f'or write hosts = ["{host}"] under [load] in perf.toml'
        )


@lru_cache(64)
def _is_loopback(host: str) -> bool:
    try:
        host.encode("idna")  # gevent's resolver prints what it cannot encode
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(_stays(str(address[0])) for *_, address in found)


def _stays(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    address = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    return address.is_loopback or address.is_unspecified
