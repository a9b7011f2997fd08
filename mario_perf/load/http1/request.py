"""A request as bytes. Everything that repeats is serialised once and found again by its parts."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from mario_perf.load.http1.target import RequestTarget, absolute, resolve

HeaderItems: TypeAlias = tuple[tuple[str, str | tuple[str, ...]], ...]
"""Names and values; a header with several values is sent as a line each."""

GivenHeaders: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
_BODY_EXPECTED = frozenset({"POST", "PUT", "PATCH"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_TEXT = frozenset({str})
_FRAMING = ("connection", "expect", "transfer-encoding")
_LAST_CHUNK = b"0\r\n\r\n"
_AUTOMATIC_HEADERS: HeaderItems = (("User-Agent", "rapidhttp"), ("Accept-Encoding", "gzip, deflate, br"))


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body.

    Attributes:
        method: In capitals.
        target: Where it goes.
        headers: What is sent, apart from Content-Length and Cookie.
        start: Request line and headers, to which more lines can be appended.
        bare: The whole request when there is neither body nor cookie.
        safe: Whether it asks for no change, so that sending it twice does no harm (RFC 9110, 9.2.1).
        own_cookie: Whether a Cookie header is among `headers`, which leaves no place for the jar's.
        chunked: Whether the caller wants the body in chunks (RFC 9112, 7.1).
        last: Whether it asks to close the connection after the response (RFC 9112, 9.6).
        expects: Whether the server is to say that it wants the body (RFC 9110, 10.1.1).
        bodiless: Whether the response has no body, whatever its headers say.
    """

    method: str
    target: RequestTarget
    headers: HeaderItems
    start: bytes
    bare: bytes
    safe: bool
    own_cookie: bool
    chunked: bool
    last: bool
    expects: bool
    bodiless: bool


def header_items(given: GivenHeaders) -> HeaderItems:
    """Headers as they are sent: what is equal there is equal here, so that 1 is not taken for True."""
    if type(given) is dict and _TEXT.issuperset(map(type, given.values())):
        return tuple(given.items())
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple((name, _as_text(value)) for name, value in pairs)


def _as_text(value: Any) -> str | tuple[str, ...]:  # noqa: ANN401 - what callers give
    if isinstance(value, list | tuple):
        return tuple(str(line) for line in value)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=8192)
def prepare(method: str, base_url: str, url: str, defaults: HeaderItems, headers: HeaderItems) -> Head:
    """The head for a request; `headers` win over `defaults`, by name and in any case.

    Raises:
        InvalidTargetError: The URL is wrong.
        ValueError: A method, header name or value that would break the request's framing.
    """
    return build_head(
        method.upper(), resolve(absolute(base_url, url)), (*_AUTOMATIC_HEADERS, *defaults, *headers)
    )


def build_head(method: str, target: RequestTarget, headers: HeaderItems) -> Head:
    """Serialise one head; of headers with the same name the last one stays."""
    by_name = {name.lower(): (name, value) for name, value in (("Host", target.host_header), *headers)}
    by_name.pop("content-length", None)
    kept = tuple(by_name.values())
    lines = [f"{method} {target.path} HTTP/1.1", *header_lines(kept)]
    if any(_breaks_framing(line) for line in lines):
        raise ValueError(
            f"a line break or control character in the request {method} {target.path!r} or its headers"
        )
    for word in (method, *by_name):
        if not _TOKEN.fullmatch(word):
            raise ValueError(f"{word!r} cannot be a method or the name of a header (RFC 9110, 5.6.2)")
    start = "".join(f"{line}\r\n" for line in lines).encode("latin-1")
    connection, expectation, coding = (_value(by_name, name) for name in _FRAMING)
    if coding and coding != "chunked":
        raise ValueError(f"Transfer-Encoding: {coding} cannot be sent; send 'chunked', or leave it out")
    empty_body = b"Content-Length: 0\r\n" if method in _BODY_EXPECTED and not coding else b""
    return Head(
        method,
        target,
        kept,
        start,
        start + empty_body + b"\r\n" + (_LAST_CHUNK if coding else b""),
        safe=method in _SAFE,
        own_cookie="cookie" in by_name,
        chunked=bool(coding),
        last="close" in connection,
        expects=expectation == "100-continue",
        bodiless=method == "HEAD",
    )


def header_lines(headers: HeaderItems) -> list[str]:
    """The headers as they are sent, without line ends."""
    return [
        f"{name}: {line}"
        for name, value in headers
        for line in (value if isinstance(value, tuple) else (value,))
    ]


def _value(by_name: Mapping[str, tuple[str, str | tuple[str, ...]]], name: str) -> str:
    _, value = by_name.get(name, ("", ""))
    return (value if isinstance(value, str) else ", ".join(value)).strip().lower()


def _breaks_framing(line: str) -> bool:
    return any(character in line for character in "\r\n\0")


def serialise(head: Head, body: bytes, cookie: str) -> bytes:
    """The whole request as one buffer, so that it leaves in one send."""
    if not body and not cookie:
        return head.bare
    cookie_line = b"Cookie: %b\r\n" % cookie.encode("latin-1") if cookie else b""
    if head.chunked:
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        return b"%b%b\r\n%b%b" % (head.start, cookie_line, chunk, _LAST_CHUNK)
    if not body and head.method not in _BODY_EXPECTED:
        return b"%b%b\r\n" % (head.start, cookie_line)
    return b"%b%bContent-Length: %d\r\n\r\n%b" % (head.start, cookie_line, len(body), body)


@lru_cache(maxsize=1024)
def basic_auth(user: str | bytes, password: str | bytes) -> str:
    """The Authorization value for HTTP basic authentication (RFC 7617)."""
    pair = b":".join(part if isinstance(part, bytes) else part.encode("latin-1") for part in (user, password))
    return "Basic " + b64encode(pair).decode("ascii")
