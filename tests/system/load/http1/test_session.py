"""A Locust user's client: what it sends, gives back, and reports."""

import gc
import gzip
import io
import json
import math
import ssl
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import perf_counter
from typing import Any

import gevent
import pytest
from gevent.pool import Group
from geventhttpclient.client import HTTPClientPool
from locust import task
from locust.env import Environment
from locust.exception import CatchResponseError, LocustError, ResponseError, StopTest

from mario_perf.load.http1.http_errors import (
    BadStatusError,
    ConnectionLostError,
    MalformedResponseError,
    NetworkTimeoutError,
    PoolTimeoutError,
    RedirectError,
)
from mario_perf.load.http1.target import resolve
from mario_perf.load.users.rapid_http_user import RapidHttpUser

Factory = Callable[..., Any]
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"a": [1]}'
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
READ: list[Any] = ["read"]
HOLD: list[Any] = ["hold"]


class Guest:
    """A user of a server, and the events that it caused."""

    def __init__(self, host: str, **settings: Any) -> None:
        self.environment = Environment()
        self.events: list[dict[str, Any]] = []
        self.environment.events.request.add_listener(  # type: ignore[no-untyped-call]
            lambda **event: self.events.append(event)
        )
        defaults = {"host": host, "network_timeout": 10.0}
        self.user = type("Mario", (RapidHttpUser,), {**defaults, **settings})(self.environment)
        self.client = self.user.client

    @property
    def event(self) -> dict[str, Any]:
        [event] = self.events
        return event


@pytest.fixture
def guest(serve: Factory) -> Iterator[Factory]:
    """A user whose server answers every request with the message given, or plays the scripts given."""
    made: list[Guest] = []

    def _guest(*answers: Any, **settings: Any) -> tuple[Guest, Any]:
        steps = [step for answer in answers or (OK,) for step in (READ, ["send", answer])]
        server = serve([*steps, HOLD])
        made.append(Guest(server.url, **settings))
        return made[-1], server

    yield _guest
    for one in made:
        one.user._own_pool.close()


def test_a_request_is_reported_once_with_all_its_fields(guest: Factory) -> None:
    mario, server = guest()
    response = mario.client.get("/menu", name="menu", context={"seat": 1})
    event = mario.event
    assert event.pop("start_time") > 1e9
    assert 0 < event.pop("response_time") == pytest.approx(response.elapsed.total_seconds() * 1000, abs=0.01)
    assert event == {
        "request_type": "GET",
        "name": "menu",
        "context": {"seat": 1},
        "response": response,
        "exception": None,
        "url": f"{server.url}/menu",
        "response_length": 10,
    }


def test_a_response_has_the_names_of_requests(guest: Factory) -> None:
    mario, server = guest()
    response = mario.client.post("/orders", json={"size": "L"})
    assert (response.status_code, response.ok, response.error) == (200, True, None)
    assert (response.text, response.content) == ('{"a": [1]}', b'{"a": [1]}')
    assert response.json() == {"a": [1]}
    assert response.headers["CONTENT-TYPE"] == "application/json"
    assert response.url == f"{server.url}/orders"
    assert (response.request.method, response.request.body) == ("POST", '{"size": "L"}')
    assert response.request.headers["Content-Type"] == "application/json"
    response.raise_for_status()


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_every_method_sends_what_it_is_called(guest: Factory, method: str) -> None:
    mario, server = guest()
    getattr(mario.client, method)("/x")
    assert server.connections[0].startswith(f"{method.upper()} /x HTTP/1.1\r\n".encode())
    assert mario.event["request_type"] == method.upper()


def test_head_reports_no_length(guest: Factory) -> None:
    mario, _ = guest(OK.partition(b"{")[0])
    assert mario.client.head("/x").status_code == 200
    assert mario.event["response_length"] == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"params": {"a": "1 2", "b": [3, 4], "c": None}}, b"POST /x?a=1+2&b=3&b=4 HTTP"),
        ({"url": "/x?a=1#part", "params": {"b": 2}}, b"POST /x?a=1&b=2 HTTP"),
        ({"headers": [("X-A", ["1", "2"])]}, b"\r\nX-A: 1\r\nX-A: 2\r\n"),
        ({"data": "abc", "headers": {"Transfer-Encoding": "chunked"}}, b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ({"params": "raw=1"}, b"POST /x?raw=1 HTTP"),
        ({"data": {"a": "b"}}, b"\r\n\r\na=b"),
        ({"data": "text", "headers": {"content-type": "x/y"}}, b"content-type: x/y"),
        ({"json": [1]}, b"Accept: application/json"),
        ({"json": [1], "headers": {"Accept": "x/y"}}, b"Accept: x/y"),
        ({"auth": ("Aladdin", "open sesame")}, b"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ({"files": {"f": b"content"}, "data": {"k": "v"}}, b'name="f"; filename="f"\r\n\r\ncontent\r\n--'),
        ({}, b"Content-Length: 0\r\n"),
    ],
)
def test_arguments_arrive_at_the_server(guest: Factory, arguments: dict[str, Any], expected: bytes) -> None:
    mario, server = guest()
    assert mario.client.post(**{"url": "/x", **arguments}).ok
    assert expected in server.connections[0]
    assert mario.event["name"] == arguments.get("url", "/x")


@pytest.mark.parametrize(
    ("credentials", "encoded"),
    [("mario:it%27s%20me", b"bWFyaW86aXQncyBtZQ=="), (":token", b"OnRva2Vu"), ("mario", b"bWFyaW86")],
)
def test_credentials_in_the_host_become_basic_auth(serve: Factory, credentials: str, encoded: bytes) -> None:
    server = serve([READ, ["send", OK], HOLD])
    mario = Guest(server.url.replace("//", f"//{credentials}@"))
    mario.client.get("/")
    assert b"Authorization: Basic %b\r\n" % encoded in server.connections[0]
    assert mario.event["url"] == f"{server.url}/"
    mario.user._own_pool.close()


def test_credentials_in_the_host_are_for_nobody_else(serve: Factory) -> None:
    server, other = (serve([READ, ["send", OK], HOLD]) for _ in "ab")
    mario = Guest(server.url.replace("//", "//mario:secret@"))
    mario.client.get(f"{other.url}/there")
    mario.client.get(f"{server.url}/here")
    mario.client.get("nowhere://")
    assert b"Authorization" not in other.connections[0]
    assert b"Authorization: Basic " in server.connections[0]
    mario.user._own_pool.close()


def test_default_headers_are_sent_and_can_be_replaced(guest: Factory) -> None:
    mario, server = guest(OK, OK, default_headers={"X-Tenant": "1"})
    mario.client.get("/")
    mario.client.get("/", headers={"x-tenant": "2"})
    assert b"X-Tenant: 1\r\n" in server.connections[0]
    assert server.connections[0].count(b"enant: ") == 2
    assert b"x-tenant: 2\r\n" in server.connections[0]


def test_a_whole_url_overrules_the_host(guest: Factory, serve: Factory) -> None:
    mario, _ = guest()
    other = serve([READ, ["send", OK], HOLD])
    mario.client.get(f"{other.url}/there")
    assert mario.event["url"] == f"{other.url}/there"
    assert len(other.connections) == 1


def test_requests_can_be_renamed_together(guest: Factory) -> None:
    mario, _ = guest(OK, OK, OK)
    with mario.client.rename_request("both"):
        mario.client.get("/1")
        mario.client.get("/2", name="own")
    mario.client.get("/3")
    assert [event["name"] for event in mario.events] == ["both", "own", "/3"]


def test_the_users_context_is_reported(guest: Factory) -> None:
    mario, _ = guest(context=lambda _: {"a": 1, "b": 1})
    mario.client.get("/", context={"b": 2})
    assert mario.event["context"] == {"a": 1, "b": 2}


class TestFailures:
    def test_a_bad_status_is_reported_and_its_response_given(self, guest: Factory) -> None:
        mario, _ = guest(MISSING)
        response = mario.client.get("/")
        assert (response.status_code, response.ok, response.text) == (404, False, "no")
        assert isinstance(mario.event["exception"], BadStatusError)
        assert mario.event["response_length"] == 2
        with pytest.raises(BadStatusError, match="404"):
            response.raise_for_status()

    @pytest.mark.parametrize(
        ("answer", "settings", "error"),
        [
            (b"garbage\r\n\r\n", {}, MalformedResponseError),
            (OK[:-1], {"network_timeout": 0.1}, NetworkTimeoutError),
        ],
    )
    def test_no_response_is_reported_with_status_0(
        self, guest: Factory, answer: bytes, settings: dict[str, Any], error: type[Exception]
    ) -> None:
        mario, server = guest(answer, **settings)
        response = mario.client.get("/x")
        assert (response.status_code, response.ok, response.content, response.text) == (0, False, None, None)
        assert (dict(response.headers), response.url) == ({}, f"{server.url}/x")
        assert isinstance(mario.event["exception"], error)
        assert response.error is mario.event["exception"]
        assert mario.event["response_length"] == 0

    def test_a_url_that_cannot_be_asked_for_is_a_failed_request(self, guest: Factory) -> None:
        mario, _ = guest()
        response = mario.client.get("http://")
        assert (response.status_code, response.url, response.request) == (0, None, None)
        assert mario.event["exception"] is response.error

    def test_a_timeout_of_ones_own_is_kept(self, guest: Factory) -> None:
        mario, _ = guest(OK[:-1])
        assert mario.client.get("/", timeout=0.1).status_code == 0

    def test_a_header_with_a_line_break_is_the_callers_mistake(self, guest: Factory) -> None:
        mario, _ = guest()
        with pytest.raises(ValueError, match="line break"):
            mario.client.get("/", headers={"X": "a\r\nB: c"})

    def test_errors_of_one_kind_have_one_text(self, serve: Factory) -> None:
        texts = set()
        for _ in range(2):
            mario = Guest(serve([READ]).url)
            mario.client.get("/")
            assert isinstance(mario.event["exception"], ConnectionLostError)
            texts.add(repr(mario.event["exception"]))
        assert len(texts) == 1


class TestCatching:
    def test_nothing_is_reported_before_the_block_ends(self, guest: Factory) -> None:
        mario, _ = guest()
        with mario.client.get("/", catch_response=True):
            assert not mario.events
        assert mario.event["exception"] is None

    def test_success_overrules_a_bad_status(self, guest: Factory) -> None:
        mario, _ = guest(MISSING)
        with mario.client.get("/", catch_response=True) as response:
            response.success()
            response.raise_for_status()
        assert mario.event["exception"] is None

    @pytest.mark.parametrize("reason", ["too cold", CatchResponseError("too cold")])
    def test_failure_overrules_a_good_status(self, guest: Factory, reason: Any) -> None:
        mario, _ = guest()
        with mario.client.get("/", catch_response=True) as response:
            response.failure(reason)
            with pytest.raises(CatchResponseError):
                response.raise_for_status()
        assert isinstance(mario.event["exception"], CatchResponseError)
        assert str(mario.event["exception"]) == "too cold"

    def test_without_a_word_the_status_decides(self, guest: Factory) -> None:
        mario, _ = guest(MISSING)
        with mario.client.get("/", catch_response=True):
            pass
        assert isinstance(mario.event["exception"], BadStatusError)

    def test_a_response_error_in_the_block_fails_the_request(self, guest: Factory) -> None:
        mario, _ = guest()
        with mario.client.get("/", catch_response=True):
            raise ResponseError("wrong pizza")
        assert isinstance(mario.event["exception"], ResponseError)

    def test_a_stream_that_breaks_in_the_block_fails_the_request(self, serve: Factory) -> None:
        mario = Guest(serve([READ, ["send", OK[:-1]]]).url)
        with mario.client.get("/", catch_response=True, stream=True) as response:
            list(response.iter_content())
        assert isinstance(mario.event["exception"], ConnectionLostError)

    def test_a_status_of_another_request_raised_in_the_block_is_not_its_failure(self, guest: Factory) -> None:
        mario, _ = guest(OK, MISSING)
        with pytest.raises(BadStatusError), mario.client.get("/good", catch_response=True):
            mario.client.get("/other").raise_for_status()
        assert [(event["name"], event["exception"] is None) for event in mario.events] == [("/other", False)]

    def test_a_status_raised_in_the_block_fails_the_request(self, guest: Factory) -> None:
        mario, _ = guest(MISSING)
        with mario.client.get("/", catch_response=True) as response:
            response.raise_for_status()
        assert isinstance(mario.event["exception"], BadStatusError)

    @pytest.mark.parametrize("error", [None, ResponseError("wrong pizza"), KeyError("pizza")])
    def test_a_stream_left_early_takes_its_connection_along(
        self, guest: Factory, error: Exception | None
    ) -> None:
        mario, _ = guest(OK[:-1])
        with suppress(KeyError), mario.client.get("/", catch_response=True, stream=True) as response:
            [connection] = mario.user._own_pool._open
            next(response.iter_content(1))
            if error:
                raise error
        assert connection.closed

    def test_any_other_error_passes_through_unreported(self, guest: Factory) -> None:
        mario, _ = guest()
        with pytest.raises(KeyError), mario.client.get("/", catch_response=True):
            raise KeyError
        assert not mario.events

    def test_a_verdict_before_an_error_is_reported_and_the_error_passes(self, guest: Factory) -> None:
        mario, _ = guest()
        with pytest.raises(KeyError), mario.client.get("/", catch_response=True) as response:  # noqa: PT012
            response.failure("first")
            raise KeyError
        assert str(mario.event["exception"]) == "first"

    def test_a_verdict_needs_catch_response_and_a_block(self, guest: Factory) -> None:
        mario, _ = guest(OK, OK)
        plain, caught = mario.client.get("/"), mario.client.get("/", catch_response=True)
        for verdict in (
            plain.success,
            caught.success,
            lambda: plain.failure("x"),
            lambda: caught.failure("x"),
        ):
            with pytest.raises(LocustError):
                verdict()

    def test_the_meta_can_be_changed_in_the_block(self, guest: Factory) -> None:
        mario, _ = guest()
        with mario.client.get("/", catch_response=True) as response:
            response.request_meta["name"] = "another"
        assert mario.event["name"] == "another"


class TestRest:
    def test_json_is_read_into_js(self, guest: Factory) -> None:
        mario, server = guest()
        with mario.user.rest("POST", "/", json={}) as response:
            assert response.js == {"a": [1]}
        assert mario.event["exception"] is None
        assert b"Accept: application/json\r\n" in server.connections[0]

    def test_files_are_sent_as_the_form_that_they_are(self, guest: Factory) -> None:
        mario, server = guest()
        with mario.user.rest("POST", "/", files={"menu": b"pizza"}):
            pass
        [sent] = server.connections
        assert sent.count(b"Content-Type: multipart/form-data; boundary=") == 1
        assert b"Content-Type: application/json" not in sent

    def test_what_is_no_json_fails(self, guest: Factory) -> None:
        mario, _ = guest(OK.replace(b"{", b"["))
        with mario.user.rest("GET", "/") as response:
            assert response.js is None
        assert "Could not parse response as JSON" in str(mario.event["exception"])

    def test_no_response_fails_with_its_reason(self, guest: Factory) -> None:
        mario, _ = guest(b"garbage\r\n\r\n")
        with mario.user.rest("GET", "/") as response:
            assert response.js is None
        assert isinstance(mario.event["exception"], CatchResponseError)

    def test_a_failed_assertion_fails_the_request(self, guest: Factory) -> None:
        mario, _ = guest()
        with mario.user.rest("GET", "/") as response:
            assert response.js == {}, "not empty"
        assert str(mario.event["exception"]).startswith("not empty")

    def test_rest_with_a_timestamp_is_reported_without_it(self, guest: Factory) -> None:
        mario, server = guest()
        with mario.user.rest_("GET", "/x?a=b"):
            pass
        assert mario.event["name"] == "/x?a=b&_=..."
        assert b"GET /x?a=b&_=1" in server.connections[0]


class TestStreams:
    def test_only_the_head_is_waited_for(self, guest: Factory) -> None:
        mario, _ = guest(OK[:-9])
        response = mario.client.get("/", stream=True)
        assert mario.event["response_length"] == 10
        assert response.iter_content(1).__next__() == "{"
        response.close()

    def test_a_stream_is_read_as_a_file(self, guest: Factory) -> None:
        mario, _ = guest(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\none\ntwo\nthree", OK, OK)
        with mario.client.get("/", stream=True).stream as file:
            assert file.read(2) == b"on"
            assert file.readline() == b"e\n"
            assert list(file) == [b"two\n", b"three"]
            assert file.read() == b""
        assert mario.client.get("/", stream=True).stream.read() == b'{"a": [1]}'
        assert mario.client.get("/").stream is None
        assert len(mario.user._own_pool._open) == 1

    def test_lines_come_one_by_one(self, guest: Factory) -> None:
        body = b"one\ntwo\nthree"
        mario, _ = guest(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + body)
        assert list(mario.client.iter_lines("/")) == ["one", "two", "three"]

    def test_lines_left_early_take_their_connection_along(self, guest: Factory) -> None:
        mario, _ = guest(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\none\n")
        lines = mario.client.iter_lines("/")
        assert next(lines) == "one"
        [connection] = mario.user._own_pool._open
        lines.close()
        assert connection.closed

    @pytest.mark.parametrize("take", ["iter_content", "iter_lines"])
    def test_a_loop_left_early_takes_the_connection_along_with_its_response(
        self, guest: Factory, take: str
    ) -> None:
        mario, _ = guest(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\none\n")
        gc.disable()
        try:
            for piece in getattr(mario.client.get("/", stream=True), take)():
                assert piece
                break
            mario.events.clear()  # they have the response, too
            assert not mario.user._own_pool._open
        finally:
            gc.enable()

    def test_a_loop_left_early_can_be_gone_on_with(self, guest: Factory) -> None:
        mario, _ = guest()
        response = mario.client.get("/", stream=True)
        for piece in response.iter_content(2):
            assert piece == '{"'
            break
        assert list(response.iter_content()) == ['a": [1]}']

    def test_lines_of_a_failed_request_raise_its_reason(self, guest: Factory) -> None:
        mario, _ = guest(MISSING[:-1])
        with pytest.raises(BadStatusError):
            list(mario.client.iter_lines("/"))
        assert not [connection for connection in mario.user._own_pool._open if not connection.closed]


def test_charsets_are_read_from_the_headers_or_implied(guest: Factory) -> None:
    for content_type, body in (
        ("text/plain; charset=utf-16", "süß".encode("utf-16")),
        ("text/plain", "süß".encode("latin-1")),
        ("application/json", b'"s\xc3\xbc\xc3\x9f"'),
        *((f"text/plain; charset={name}", "süß".encode()) for name in ("unheard-of", "hex", "idna")),
    ):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        mario, _ = guest(head.encode() + body)
        assert mario.client.get("/").text.strip('"') == "süß"


def test_what_names_no_charset_is_read_as_utf_8_or_by_what_it_looks_like(guest: Factory) -> None:
    russian = "Почему пицца остыла? Курьер заблудился."
    for body in (russian.encode(), russian.encode("cp1251")):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/x-notes\r\nContent-Length: {len(body)}\r\n\r\n"
        mario, _ = guest(head.encode() + body)
        assert mario.client.get("/").text == russian


@pytest.mark.parametrize(
    ("coding", "whole"), [("gzip", gzip.compress(b"pizza")), ("deflate", zlib.compress(b"pizza"))]
)
def test_what_follows_a_compressed_body_is_left_out(guest: Factory, coding: str, whole: bytes) -> None:
    for junk in (b"junk", b"\0\0"):
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(whole + junk)}\r\n\r\n"
        mario, _ = guest(head.encode() + whole + junk)
        assert mario.client.get("/").content == b"pizza"


def test_the_request_can_be_looked_at(guest: Factory) -> None:
    mario, _ = guest(OK, OK)
    request = mario.client.post("/x", json={"a": 1}, headers={"X-A": ["1", "2"]}).request
    assert request.headers.get("x-A") == "1, 2"
    assert request.body == request.payload == '{"a": 1}'
    response = mario.client.post("/x", data="text")
    assert response.request.body == response._request.payload == b"text"


def test_a_request_has_a_limit_of_redirects_of_its_own(guest: Factory) -> None:
    move = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"
    mario, _ = guest(move, move, OK, move, OK, max_redirects=1)
    assert isinstance(mario.client.get("/x").error, RedirectError)
    mario, _ = guest(move, move, OK, max_redirects=1)
    assert mario.client.get("/x", max_redirects=2).ok


def test_a_conversation_can_be_written_down(guest: Factory) -> None:
    move = b"HTTP/1.1 303 See Other\r\nLocation: /done\r\nContent-Length: 0\r\n\r\n"
    mario, server = guest(move, OK)
    written = io.StringIO()
    mario.client.post("/x", data="pizza", debug_stream=written)
    exchanges = written.getvalue().split("REQUEST: ")
    assert exchanges[1].startswith(f"POST {server.url}/x\nHost: 127.0.0.1")
    assert "\npizza\n\nRESPONSE: 303\nLocation: /done\n" in exchanges[1]
    assert exchanges[2].startswith(f"GET {server.url}/done\n")
    assert exchanges[2].endswith('\n{"a": [1]}\n\n')


def test_errors_are_pythons_own_kinds_too() -> None:
    refused = Guest("http://127.0.0.1:1").client.get("/").error
    assert isinstance(refused, ConnectionRefusedError)
    assert str(refused) == "Connection refused"


def test_a_bad_status_tells_its_url_but_is_grouped_without(guest: Factory) -> None:
    mario, server = guest(MISSING)
    error = mario.client.get("/x/1").error
    assert str(error) == f"URL {server.url}/x/1: code=404"
    assert repr(error) == "BadStatusError(404)"


@pytest.mark.parametrize(
    "status", ["204 No Content", "200 OK\r\nContent-Length: 0", "200 OK\r\nContent-Length: 2"]
)
def test_a_stream_that_is_there_with_its_head_gives_its_connection_back(guest: Factory, status: str) -> None:
    answer = f"HTTP/1.1 {status}\r\n\r\n{'ok' if status[-1] == '2' else ''}".encode()
    mario, server = guest(answer, answer)
    kept = [mario.client.get("/", stream=True) for _ in range(2)]
    assert len(server.connections) == 1
    assert {response.content for response in kept} == {answer.partition(b"\r\n\r\n")[2]}


def test_greenlets_of_one_user_get_a_connection_each(serve: Factory) -> None:
    server = serve([READ, ["sleep", 0.1], ["send", OK], HOLD])
    mario = Guest(server.url)
    waiting = [gevent.spawn(mario.client.get, "/") for _ in range(3)]
    gevent.joinall(waiting, timeout=10, raise_error=True)
    assert [one.value.status_code for one in waiting] == [200] * 3
    assert len(server.connections) == 3
    mario.user._own_pool.close()


def test_no_more_connections_are_open_than_concurrency_allows(serve: Factory) -> None:
    server = serve([["serve", OK]])
    mario = Guest(server.url, concurrency=2)
    waiting = [gevent.spawn(mario.client.get, "/") for _ in range(9)]
    gevent.joinall(waiting, timeout=10, raise_error=True)
    assert all(one.value.ok for one in waiting)
    assert len(server.connections) == 2
    mario.user._own_pool.close()


def test_who_waits_gets_the_place_of_a_connection_that_is_closed_or_forgotten(serve: Factory) -> None:
    unread = ["send", OK[:-1]]
    server = serve([READ, ["send", b"garbage\r\n\r\n"]], [READ, unread, HOLD], [READ, ["send", OK], HOLD])
    mario = Guest(server.url, concurrency=1)
    asking = [gevent.spawn(mario.client.get, "/", stream=True) for _ in range(3)]
    gevent.joinall(asking[:2], timeout=10)
    assert [one.value.status_code for one in asking[:2]] == [0, 200]
    assert not asking[2].ready()
    asking.pop(1)
    mario.events.clear()
    gc.collect()
    assert asking[1].get(timeout=10).ok
    assert len(server.connections) == 3
    mario.user._own_pool.close()


def test_who_waits_for_a_connection_in_vain_fails_in_time_and_takes_nobodys_place(serve: Factory) -> None:
    server = serve([["serve", OK]])
    mario = Guest(server.url, concurrency=1)
    with gevent.Timeout(10):
        held = mario.user._own_pool.take(origin := resolve(server.url).origin, math.inf)
        assert held is None
        connection = mario.user._own_pool.open(origin, perf_counter() + 10)
        assert isinstance(mario.client.get("/", timeout=0.05).error, PoolTimeoutError)
        killed = gevent.spawn(mario.client.get, "/")
        gevent.sleep(0.01)
        killed.kill()
        connection.close()
        assert mario.client.get("/").ok
    mario.user._own_pool.close()


def test_closing_the_pool_makes_the_next_request_connect_anew(serve: Factory) -> None:
    mario = Guest(serve([["serve", OK]]).url)
    for _ in range(2):
        assert mario.client.get("/").ok
        mario.client.client.clientpool.close()
        assert all(connection.closed for connection in mario.user._own_pool._open)


def test_a_pool_of_fasthttpusers_gives_its_settings(serve: Factory) -> None:
    server = serve([["serve", OK]])
    pool = HTTPClientPool(concurrency=1, network_timeout=0.1)
    guests = [Guest(server.url, client_pool=pool) for _ in range(2)]
    asking = [gevent.spawn(one.client.get, "/") for one in guests for _ in range(3)]
    gevent.joinall(asking, timeout=10, raise_error=True)
    assert len(server.connections) == 1
    silent = Guest(serve([READ, HOLD]).url, client_pool=pool)
    assert isinstance(silent.client.get("/").error, NetworkTimeoutError)
    guests[0].client.client.clientpool.close()


def test_a_pool_with_a_proxy_is_refused() -> None:
    with pytest.raises(StopTest, match=r"HTTPClientPool\(proxy_host=...\) has no meaning"):
        Guest("http://127.0.0.1", client_pool=HTTPClientPool(proxy_host="proxy"))


def test_a_killed_request_takes_its_connection_along(serve: Factory) -> None:
    server = serve([READ, HOLD], [READ, ["send", OK], HOLD])
    mario = Guest(server.url)
    asking = gevent.spawn(mario.client.get, "/")
    gevent.sleep(0.1)
    asking.kill(timeout=5)
    assert mario.client.get("/").ok
    assert len(server.connections) == 2
    mario.user._own_pool.close()


def test_closing_wakes_who_waits(serve: Factory) -> None:
    mario = Guest(serve([READ, HOLD]).url)
    asking = gevent.spawn(mario.client.get, "/")
    gevent.sleep(0.1)
    mario.user._own_pool.close()
    assert isinstance(asking.get(timeout=5).error, ConnectionLostError)


def test_closing_and_killing_at_once_is_no_error_of_the_event_loop(
    serve: Factory, capsys: pytest.CaptureFixture[str]
) -> None:
    mario = Guest(serve([READ, HOLD]).url)
    asking = gevent.spawn(mario.client.get, "/")
    gevent.sleep(0.1)
    asking.kill(block=False)
    mario.user._own_pool.close()
    gevent.sleep(0.01)
    assert asking.dead
    assert not capsys.readouterr().err


def test_a_user_that_ends_leaves_no_connection_open(serve: Factory) -> None:
    server = serve([READ, ["send", OK], ["hold"]])

    class Mario(RapidHttpUser):
        host = server.url

        @task
        def order(self) -> None:
            self.client.get("/")
            gevent.sleep(60)

    user = Mario(Environment(user_classes=[Mario]))
    group = Group()
    user.start(group)
    gevent.sleep(0.2)
    [connection] = user._own_pool._open
    assert not connection.closed
    user.stop(force=True)
    gevent.sleep(0)
    assert connection.closed


def test_a_pool_can_be_shared(guest: Factory) -> None:
    mario, server = guest(OK, OK)
    luigi = Guest(server.url, client_pool=mario.user._own_pool)
    mario.client.get("/")
    luigi.client.get("/")
    assert len(server.connections) == 1


def test_a_tls_context_of_ones_own_is_made_once(serve: Factory) -> None:
    made = []

    def factory(_: Any) -> ssl.SSLContext:
        made.append(1)
        return ssl.create_default_context()

    mario = Guest(serve([]).url.replace("http:", "https:"), ssl_context_factory=factory)
    for _ in range(2):
        assert mario.client.get("/").status_code == 0
    assert made == [1]


def test_a_user_needs_a_host() -> None:
    with pytest.raises(StopTest, match="No host"):
        Guest(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("setting", ["proxy_host", "proxy_port", "max_retries"])
def test_a_setting_that_would_be_ignored_is_refused(setting: str) -> None:
    with pytest.raises(StopTest, match=setting):
        Guest("http://127.0.0.1", **{setting: 1})


def test_json_of_no_response_is_a_decode_error(guest: Factory) -> None:
    mario, _ = guest(b"garbage\r\n\r\n")
    with pytest.raises(json.JSONDecodeError):
        mario.client.get("/").json()
