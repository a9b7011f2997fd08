"""RapidHttpSession: the client of one user, with the methods of Locust's FastHttpSession."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from time import perf_counter, time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from mario_perf.load.http1.body import Body, data_body, json_body, multipart_body
from mario_perf.load.http1.conversation import conversation
from mario_perf.load.http1.http_errors import InvalidTargetError, RequestError
from mario_perf.load.http1.reported_response import CaughtResponse, RapidResponse
from mario_perf.load.http1.request import HeaderItems, basic_auth, header_items, prepare
from mario_perf.load.http1.stream import lines
from mario_perf.load.http1.target import absolute, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.cookiejar import CookieJar

    from _typeshed import SupportsWrite
    from locust.event import EventHook
    from locust.user.users import User

    from mario_perf.load.http1.client import Client
    from mario_perf.load.http1.request import GivenHeaders

__all__ = ["CaughtResponse", "RapidHttpSession", "RapidResponse"]


class RapidHttpSession:
    """The client of one user: every call is one request, reported by one request event.

    Attributes:
        base_url: What a path is appended to.
        request_name: The name for requests that get none of their own; see `rename_request`.
        client: Sends the requests. `client.clientpool.close()` closes all connections; new ones are opened.
    """

    def __init__(
        self,
        base_url: str,
        request_event: EventHook,
        client: Client,
        user: User | None = None,
        default_headers: GivenHeaders | None = None,
    ) -> None:
        """User and password in `base_url` become basic authentication for every request."""
        self.base_url, self._authorization = _without_credentials(base_url)
        self.request_event = request_event
        self.user = user
        self.request_name: str | None = None
        self.client = client
        self._defaults = header_items(default_headers or ())

    @property
    def cookiejar(self) -> CookieJar:
        """The user's cookies."""
        return self.client.cookiejar

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Report all requests inside the with-block under one name."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None

    def request(  # noqa: PLR0913, PLR0917 - FastHttpUser's signature
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,  # noqa: ANN401
        catch_response: bool = False,  # noqa: FBT001, FBT002
        stream: bool = False,  # noqa: FBT001, FBT002
        headers: GivenHeaders | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        json: Any = None,  # noqa: ANN401
        allow_redirects: bool = True,  # noqa: FBT001, FBT002
        context: Mapping[str, Any] | None = None,
        params: Any = None,  # noqa: ANN401
        files: Any = None,  # noqa: ANN401
        timeout: float | None = None,
        max_redirects: int | None = None,
        debug_stream: SupportsWrite[str] | None = None,
    ) -> Any:  # noqa: ANN401 - RapidResponse, or CaughtResponse by catch_response, as in FastHttpUser
        """Send a request, wait for the response, and report both.

        Args:
            method: GET, POST and so on.
            url: A path, appended to the user's host, or a whole URL.
            name: What to report it as, instead of `url`.
            data: The body: text, bytes, an open file, an iterable of bytes, or a mapping (sent as a form).
            catch_response: Report it at the end of a with-block, by `success()` or `failure()` called in it.
            stream: Return (and, unless caught, report) when the head has come; the body is read by
                `iter_content` or `content`.
            headers: Sent besides, and instead of, the default ones; a mapping or pairs. A list of values is
                sent as a line each.
            auth: User and password for basic authentication.
            json: The body as an object to be sent as JSON, without `data`.
            allow_redirects: Follow them, and report the whole chain as one request.
            context: More for the request event's `context`.
            params: The query's parameters, as mapping, pairs or text.
            files: Files for a multipart form, with `data` as its other fields.
            timeout: Seconds from here to the end of the response, instead of the user's `timeout`.
            max_redirects: In a row, instead of the user's `max_redirects`.
            debug_stream: A text file to write the request and the response to, redirects included.

        Returns:
            A RapidResponse, also when the request failed: its `error` says why. A CaughtResponse, if caught.

        Raises:
            ValueError: The method or a header would break the request's framing.
        """
        start_time = time()
        extra: HeaderItems = header_items(headers) if headers else ()
        body = b""
        if data or json is not None or files:
            body, described = _body(data, json, files)
            extra = extra + described if files else described + extra  # only we know a form's boundary
        if auth:
            extra += (("Authorization", basic_auth(*auth)),)
        elif self._authorization and _of_one_origin(self.base_url, url):
            extra += self._authorization
        if self.user is not None:
            own = self.user.context()
            context = {**own, **context} if context else own
        kind = CaughtResponse if catch_response else RapidResponse
        client = self.client
        fetch = client.fetch_following if allow_redirects else client.fetch
        if max_redirects is not None and allow_redirects:
            fetch = partial(client.fetch_following, max_redirects=max_redirects)
        head = None

        start = perf_counter()
        end = start + (timeout or client.limits.timeout)
        try:
            head = prepare(
                method, self.base_url, _with_params(url, params) if params else url, self._defaults, extra
            )
            response = fetch(kind, head, body, start, end, stream=stream)
        except RequestError as error:
            response = kind(head, body, error=error)
        response.seconds = seconds = perf_counter() - start
        if debug_stream is not None:
            debug_stream.write(conversation(response))

        event = self.request_event
        report = partial(response.report_to, event) if isinstance(response, CaughtResponse) else event.fire
        report(
            request_type=method,
            name=name or self.request_name or url,
            context=context or {},
            response=response,
            exception=response.error,
            start_time=start_time,
            url=absolute(self.base_url, url) if params or head is None else head.target.url,
            response_length=_announced_length(response) if stream else len(response.content or b""),
            response_time=seconds * 1000,
        )
        return response

    def get(self, url: str, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a GET request."""
        return self.request("GET", url, **kwargs)

    def post(self, url: str, data: Any = None, json: Any = None, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a POST request."""
        return self.request("POST", url, data=data, json=json, **kwargs)

    def put(self, url: str, data: Any = None, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a PUT request."""
        return self.request("PUT", url, data=data, **kwargs)

    def patch(self, url: str, data: Any = None, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a PATCH request."""
        return self.request("PATCH", url, data=data, **kwargs)

    def delete(self, url: str, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a DELETE request."""
        return self.request("DELETE", url, **kwargs)

    def head(self, url: str, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send a HEAD request."""
        return self.request("HEAD", url, **kwargs)

    def options(self, url: str, **kwargs: Any) -> Any:  # noqa: ANN401
        """Send an OPTIONS request."""
        return self.request("OPTIONS", url, **kwargs)

    def iter_lines(self, url: str, method: str = "GET", **kwargs: Any) -> Iterator[str]:  # noqa: ANN401
        """Send a request and give the lines of its response as they come in. Raises why it failed."""
        response = self.request(method, url, stream=True, **kwargs)
        try:
            response.raise_for_status()
            yield from lines(response.iter_content(decode_content=False))
        finally:
            response.close()


def _body(data: Any, json: Any, files: Any) -> Body:  # noqa: ANN401
    if files:
        return multipart_body(files, data)
    return data_body(data) if data else json_body(json)


def _of_one_origin(base_url: str, url: str) -> bool:
    """Whether a request goes to the origin that the credentials are for."""
    try:
        return resolve(absolute(base_url, url)).origin == resolve(base_url).origin
    except InvalidTargetError:
        return False


def _with_params(url: str, params: Any) -> str:  # noqa: ANN401
    query = params if isinstance(params, str) else urlencode(_present(params), doseq=True)
    url, hash_sign, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{query}{hash_sign}{fragment}" if query else url


def _present(params: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    pairs = params.items() if hasattr(params, "items") else params
    return [(name, value) for name, value in pairs if value is not None]


def _announced_length(response: RapidResponse) -> int:
    return int(response.headers.get("content-length", "0"))


def _without_credentials(base_url: str) -> tuple[str, HeaderItems]:
    """The URL without user and password, and the header that says the same."""
    parts = urlsplit(base_url)
    if parts.username is None:
        return base_url, ()
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, (("Authorization", basic_auth(unquote(parts.username), unquote(parts.password or ""))),)
