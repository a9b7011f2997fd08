"""Where a redirect leads, and what of the request goes along (RFC 9110, 15.4)."""

from string import punctuation
from urllib.parse import quote, urljoin

from mario_perf.load.http1.http_errors import InvalidTargetError, RedirectError
from mario_perf.load.http1.request import Head, HeaderItems, build_head
from mario_perf.load.http1.target import Origin, resolve

STATUSES = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_BODY_HEADERS = frozenset({"content-type", "content-encoding", "content-length", "transfer-encoding"})
_ORIGIN_HEADERS = frozenset({"authorization", "proxy-authorization"})


def follow(status: int, location: str, head: Head, body: bytes, first: Origin) -> tuple[Head, bytes]:
    """The request, head and body, that a redirect asks for.

    301, 302 and 303 turn every method but HEAD into GET without a body; 307 and 308 keep both.
    Credentials do not leave the origin that the chain began at, and a Host header of one's own does not
    leave its origin. A Cookie header of one's own is for the first request only: it would hide the cookies
    that a redirect sets.

    Raises:
        RedirectError: The location is not an http or https URL.
    """
    try:
        target = resolve(urljoin(head.target.url, _decode_location(location)))
    except (InvalidTargetError, ValueError):
        raise RedirectError("redirected to a location that is not an http or https URL") from None
    headers_to_drop = {"cookie"}
    if target.origin != first:
        headers_to_drop |= _ORIGIN_HEADERS
    if target.origin != head.target.origin:
        headers_to_drop.add("host")
    method = head.method
    if status not in _KEEP_METHOD:
        method, body = ("HEAD" if method == "HEAD" else "GET"), b""
        headers_to_drop |= _BODY_HEADERS
    return build_head(method, target, _without(head.headers, headers_to_drop)), body


def _decode_location(location: str) -> str:
    """A header's value, read as Latin-1, as what servers mean: UTF-8, or bytes that only they understand."""
    sent = location.encode("latin-1")
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return quote(sent, safe=punctuation)


def _without(headers: HeaderItems, names: set[str]) -> HeaderItems:
    return tuple((name, value) for name, value in headers if name.lower() not in names)
