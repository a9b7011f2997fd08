"""Answers over HTTP within a time and a size, whatever the server does.

The timeouts of HTTP clients hold for each read: a server that sends a byte a second is never late for them.
Here the whole answer has one deadline. Redirects are followed within the origin only: elsewhere they would
take headers with keys to somebody else. The environment's proxies are not asked.
"""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import httpcore
import httpx

from mario_perf import decompression

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator, Mapping

MAX_BYTES: Final = 1 << 25
"""Bytes of the largest metrics page: some 300,000 series."""

_MAX_REDIRECTS = 5
_ENCODINGS: Final = {"gzip": decompression.GZIP, "x-gzip": decompression.GZIP, "deflate": decompression.ZLIB}


class UnreadableAnswerError(httpx.RequestError):
    """The answer is too large, or its compression is damaged or unknown."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, decompressed."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def text(self) -> str:
        """As UTF-8, whatever a header says: metrics have no other encoding."""
        return self.content.decode("utf-8", "replace")


class Reader:
    """Reads one answer at a time, and keeps its connections for the next."""

    def __init__(self, tls: ssl.SSLContext | None = None, proxy: str | None = None) -> None:
        transport = httpx.HTTPTransport(verify=True if tls is None else tls, trust_env=False, proxy=proxy)
        self._network = _Network()
        transport._pool._network_backend = self._network  # noqa: SLF001 - httpx has no public way to it
        self._client = httpx.Client(transport=transport, timeout=None, trust_env=False)  # noqa: S113

    def get(
        self, url: str, within: float, *, headers: Mapping[str, str] | None = None, max_bytes: int = MAX_BYTES
    ) -> HttpAnswer:
        """What the server answers in ``within`` seconds; a redirect to another origin as it is.

        Raises:
            httpx.HTTPError: There is no whole answer, or one of more than ``max_bytes`` bytes.
            httpx.InvalidURL: The URL has no meaning.
        """
        with self._deadline(within):
            return self._follow_redirects(self._request(url, headers or {}), max_bytes)

    def status(self, url: str, within: float) -> int:
        """The status of an answer that begins in ``within`` seconds. Its body is not read, however it ends.

        Raises:
            httpx.HTTPError: There is no answer.
            httpx.InvalidURL: The URL has no meaning.
        """
        request = self._request(url, {})
        with self._deadline(within), closing(self._client.send(request, stream=True)) as response:
            return response.status_code

    def _request(self, url: str, headers: Mapping[str, str]) -> httpx.Request:
        return self._client.build_request("GET", url, headers={"Accept-Encoding": "identity", **headers})

    @contextmanager
    def _deadline(self, within: float) -> Iterator[None]:
        self._network.deadline = time.monotonic() + within
        try:
            yield
        except httpx.TimeoutException as error:
            raise type(error)(f"no whole answer within {within:.1f} s", request=error.request) from error

    def _follow_redirects(self, request: httpx.Request, max_bytes: int) -> HttpAnswer:
        for _ in range(_MAX_REDIRECTS + 1):
            with closing(self._client.send(request, stream=True)) as response:
                answer = HttpAnswer(response.status_code, response.headers, _body(response, max_bytes))
            following = response.next_request
            if following is None or _origin(following.url) != _origin(request.url):
                return answer
            request = following
        raise httpx.TooManyRedirects(f"more than {_MAX_REDIRECTS} redirects", request=request)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def status(url: str, within: float, tls: ssl.SSLContext | None = None) -> int:
    """Of one answer, as :meth:`Reader.status` has it."""
    with Reader(tls) as reader:
        return reader.status(url, within)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port  # httpx leaves out a scheme's usual port


def _body(response: httpx.Response, max_bytes: int) -> bytes:
    compressed = decompression.limit_size(max_bytes, response.iter_raw())
    try:
        return b"".join(decompression.limit_size(max_bytes, _decode(compressed, response.headers)))
    except ValueError as error:
        message = f"the answer cannot be read: {error}"
        raise UnreadableAnswerError(message, request=response.request) from error


def _decode(compressed: Iterable[bytes], headers: httpx.Headers) -> Iterator[bytes]:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return iter(compressed)
    if encoding not in _ENCODINGS:
        raise ValueError(f"unknown content encoding {encoding[:20]!r}")
    return decompression.pieces(compressed, _ENCODINGS[encoding])


class _Network(httpcore.NetworkBackend):
    """Connections whose every step ends at one deadline: a moment of the monotonic clock."""

    deadline = 0.0

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def left(self) -> float:
        """Seconds.

        Raises:
            httpcore.ReadTimeout: None are left.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> _Stream:
        left = self.left()
        return _Stream(self._sockets.connect_tcp(host, port, left, local_address, socket_options), self)

    def sleep(self, seconds: float) -> None:
        self._sockets.sleep(min(seconds, self.left()))


class _Stream(httpcore.NetworkStream):
    """One connection. The timeouts of its callers hold for each read, and are not used."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._network.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._network.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> _Stream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._network.left())
        return _Stream(secured, self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()
