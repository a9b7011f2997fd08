"""Where a request goes: base URL and path resolved once, then remembered."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from mario_perf.load.http1.http_errors import InvalidTargetError

_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_ALLOWED = re.compile(
    r"[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*(?:%[0-9A-Fa-f]{2}[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*)*"
)
_SAFE = "!#$&'()*+,/:;=?@[]~"
_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host (IPv6 without brackets) and port: what a connection belongs to (RFC 6454)."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """A resolved URL: the origin to connect to, the Host header, and the request target to ask for."""

    origin: Origin
    host_header: str
    path: str
    url: str


@lru_cache(maxsize=8192)
def absolute(base_url: str, url: str) -> str:
    """`url` itself when it names its host, else `url` appended to `base_url`."""
    return url if _ABSOLUTE.match(url) else base_url + url


@lru_cache(maxsize=8192)
def resolve(url: str) -> RequestTarget:
    """Split an absolute URL; what may not stand in a request line is percent-encoded.

    Raises:
        InvalidTargetError: No http(s) URL, no host, or an impossible port.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidTargetError(f"not a URL: {error}") from None
    if parts.scheme not in _PORTS or not host:
        raise InvalidTargetError("not an http or https URL with a host")
    origin = Origin(parts.scheme, _ascii_host(host), _PORTS[parts.scheme] if port is None else port)
    return RequestTarget(origin, _host_header(origin), _request_target(parts), url)


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise InvalidTargetError(
            "a host name with an empty or too long part, or that cannot be encoded"
        ) from None


def _host_header(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return host if origin.port == _PORTS[origin.scheme] else f"{host}:{origin.port}"


def _request_target(parts: SplitResult) -> str:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _ALLOWED.fullmatch(target):
        return target
    return quote(target, safe=_SAFE + "%" if _only_escapes(target) else _SAFE)


def _only_escapes(target: str) -> bool:
    """Whether every % starts a percent-escape, so that encoding it again would change the meaning."""
    return not re.search(r"%(?![0-9A-Fa-f]{2})", target)
