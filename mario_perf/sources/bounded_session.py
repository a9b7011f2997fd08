"""A session of requests whose answers are read within a time and a size: prometheus-api-client needs one."""

from __future__ import annotations

import math
import ssl
import time
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, select_proxy

from mario_perf.bounded_read import Reader, UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.bounded_read import HttpAnswer

MAX_BYTES: Final = 1 << 28
"""Bytes of the largest answer: raw samples of 1,000 operations over a minute are 200 MiB as JSON."""

_PAUSES: Final = (0.2, 0.4)
"""Seconds before each further try."""

_BUSY: Final = {requests.codes.too_many_requests, requests.codes.service_unavailable}
_UNLIMITED: Final = 300.0
"""Timeout of a request without one of its own, in seconds."""


class BoundedSession(requests.Session):
    """Has one adapter for everything, whatever a client mounts. That adapter follows redirects."""

    def __init__(self) -> None:
        super().__init__()
        self._adapter = _Adapter()

    def get_adapter(self, url: str) -> BaseAdapter:  # noqa: ARG002
        return self._adapter

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: what the adapter has not followed leads to another origin."""


class _Adapter(BaseAdapter):
    """Asks by GET. The timeout is that of the whole request, with its retries."""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,  # noqa: ANN401 - certificate and key, as the session has them
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        within = timeout if isinstance(timeout, (int, float)) else _UNLIMITED
        url = request.url or ""
        try:
            with Reader(_tls(verify, cert), _proxy(url, proxies)) as reader:
                return _response(request, _send_with_retries(reader, request, time.monotonic() + within))
        except httpx.TimeoutException as error:
            raise requests.Timeout(f"no whole answer within {within:.1f} s", request=request) from error
        except httpx.HTTPError as error:
            raise _translate(error)(str(error), request=request) from error
        except OSError as error:  # a file with a certificate
            raise requests.exceptions.SSLError(str(error), request=request) from error
        except (httpx.InvalidURL, ImportError, ValueError) as error:  # of the server or the proxy
            raise requests.exceptions.InvalidURL(str(error), request=request) from error

    def close(self) -> None:
        """Nothing is open between requests."""


def _send_with_retries(reader: Reader, request: requests.PreparedRequest, deadline: float) -> HttpAnswer:
    """The first answer of a server that is not busy, else the last in time.

    Raises:
        httpx.HTTPError: There is none.
    """
    for usual in _PAUSES:
        pause = usual
        try:
            answer = _send_once(reader, request, deadline)
            pause = _pause_before_retry(answer, usual)
            if time.monotonic() + pause >= deadline:
                return answer
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if time.monotonic() + pause >= deadline:
                raise
        time.sleep(pause)
    return _send_once(reader, request, deadline)


def _send_once(reader: Reader, request: requests.PreparedRequest, deadline: float) -> HttpAnswer:
    headers = {**request.headers, "Accept-Encoding": "gzip"}
    return reader.get(request.url or "", deadline - time.monotonic(), headers=headers, max_bytes=MAX_BYTES)


def _pause_before_retry(answer: HttpAnswer, usual: float) -> float:
    """Seconds until the server wants to be asked again; infinite where it does not, or names a date."""
    after = answer.headers.get("retry-after", "")
    if answer.status not in _BUSY or not after.isdecimal():
        return math.inf
    return max(usual, float(after))


def _response(request: requests.PreparedRequest, answer: HttpAnswer) -> requests.Response:
    response = requests.Response()
    response.request = request
    response.url = request.url or ""
    response.status_code = answer.status
    response.reason = httpx.codes.get_reason_phrase(answer.status)
    response.headers = CaseInsensitiveDict(answer.headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response._content = answer.content  # noqa: SLF001 - as adapters for tests do; it has no public way
    return response


def _translate(error: httpx.HTTPError) -> type[requests.RequestException]:
    if isinstance(error, UnreadableAnswerError):
        return requests.exceptions.ContentDecodingError
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return requests.exceptions.SSLError
        cause = cause.__cause__ or cause.__context__
    return requests.ConnectionError


def _proxy(url: str, proxies: Mapping[str, str] | None) -> str | None:
    """The environment's proxy; none for loopback, which a proxy would take for its own."""
    return None if _is_loopback(url) else select_proxy(url, proxies)


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4)
def _tls(verify: bool | str, cert: tuple[str, str] | None) -> ssl.SSLContext:  # noqa: FBT001 - as requests has it
    """What is trusted: nothing in particular, a file or folder of authorities, or the usual ones."""
    context = httpx.create_ssl_context(verify=verify is not False, trust_env=False)
    if isinstance(verify, str):
        context = _authorities_context(verify)
    if cert is not None:
        context.load_cert_chain(*cert)
    return context


def _authorities_context(path: str) -> ssl.SSLContext:
    if Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)
