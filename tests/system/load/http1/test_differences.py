"""Each row of the table in docs/locust.md: what FastHttpUser does there, and what RapidHttpUser does."""

# ruff: noqa: FBT003 - expected values may be booleans

from __future__ import annotations

import gc
import gzip
import io
import re
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli  # type: ignore[import-untyped]
import pytest
from geventhttpclient.client import HTTPClientPool
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

from mario_perf.load.users.rapid_http_user import RapidHttpUser

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

TABLE = Path(__file__).parents[4] / "docs" / "locust.md"
ROW = re.compile(r"^\| (.+?) \| .+? \| .+? \|$", re.MULTILINE)


def answer(body: bytes = b"ok", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def moved(location: str) -> bytes:
    return answer(b"", f"Location: {location}", status="302 Found")


def fields(*names: str) -> Callable[[Any], Any]:
    """Ask for /x, and look at these of the response."""

    def ask(visit: Visit) -> Any:
        response = visit.client.get("/x")
        seen = [tried(partial(getattr, response, name)) for name in names]
        return seen[0] if len(seen) == 1 else tuple(seen)

    return ask


def tried(call: Callable[[], Any]) -> Any:
    """What a call gives, or the name of what it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error).__name__


@dataclass
class Visit:
    """One user and one server, and what was sent and reported."""

    user: Any
    server: Any
    events: list[dict[str, Any]]

    @property
    def client(self) -> Any:
        return self.user.client

    @property
    def sent(self) -> bytes:
        whole: bytes = b"".join(self.server.connections)
        return whole

    @property
    def failed(self) -> list[bool]:
        return [event["exception"] is not None for event in self.events]


@dataclass(frozen=True)
class Case:
    """What is done, what the server answers, and what either user makes of it."""

    call: Callable[[Visit], Any]
    fast: Any
    rapid: Any
    answers: tuple[Any, ...] = (answer(),)
    settings: tuple[tuple[str, Any], ...] = ()


def sent_after(call: Callable[[Any], Any], pattern: bytes) -> Callable[[Visit], Any]:
    """Whether the requests match a pattern."""

    def ask(visit: Visit) -> bool:
        call(visit.client)
        return bool(re.search(pattern, visit.sent, re.IGNORECASE))

    return ask


def own_status_in_block(visit: Visit) -> Any:
    def block() -> None:
        with visit.client.get("/x", catch_response=True) as response:
            response.raise_for_status()

    return tried(block), visit.failed


def read_after_block(visit: Visit) -> Any:
    with visit.client.get("/x", catch_response=True, stream=True) as response:
        pass
    return tried(lambda: response.content)


def time_out(visit: Visit) -> Any:
    error = visit.client.get("/x").error
    return isinstance(error, TimeoutError), isinstance(error.original, TimeoutError)


def close_given_pool(visit: Visit) -> Any:
    visit.client.get("/x")
    visit.user.client_pool.close()
    visit.client.get("/x")
    return len(visit.server.connections)


def other_jar(visit: Visit) -> Any:
    visit.client.client.cookiejar = CookieJar()
    return tried(lambda: visit.client.get("/x").ok)


GZIP, HEAD = "Content-Encoding: gzip", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
CHUNKED_TAB = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\nConnection: close\r\n\r\n2\r\nok\r\n0\r\n\r\n"
)
SLOW = (["read"], ["send", HEAD + b"o"], ["sleep", 0.1], ["send", b"k"], ["hold"])
CHUNK_HEADER = {"Transfer-Encoding": "chunked"}

CASES: dict[str, Case] = {
    "a status such as 210, 300 or 305": Case(
        lambda visit: visit.client.get("/x").error is None, False, True, (answer(status="305 Use Proxy"),)
    ),
    "the error of a bad status": Case(
        lambda visit: type(visit.client.get("/x").error).__name__,
        "LocustBadStatusCode",
        "BadStatusError",
        (answer(status="500 Oops"),),
    ),
    "the error of a time-out": Case(
        time_out, (False, True), (True, True), ((["read"], ["hold"]),), (("network_timeout", 0.2),)
    ),
    "a body that is cut off": Case(
        fields("status_code", "content"), (200, b"o"), (0, None), ((["read"], ["send", HEAD + b"o"]),)
    ),
    "a body that does not decompress": Case(
        fields("status_code", "content"), (200, "error"), (0, None), (answer(b"nope", GZIP),)
    ),
    "brotli with other bytes behind it": Case(
        lambda visit: tried(lambda: visit.client.get("/x").status_code),
        "error",
        0,
        (answer(brotli.compress(b"y" * 99) + b"junk", "Content-Encoding: br"),),
    ),
    "two gzip streams in one body": Case(
        fields("content"), b"a", b"ab", (answer(gzip.compress(b"a") + gzip.compress(b"b"), GZIP),)
    ),
    "an empty body that is said to be compressed": Case(
        lambda visit: (visit.client.get("/x"), visit.failed)[1], [True], [False], (answer(b"", GZIP),)
    ),
    "a content coding that the client does not know": Case(
        lambda visit: tried(lambda: visit.client.get("/x").content),
        "ValueError",
        b"ok",
        (answer(b"ok", "Content-Encoding: zstd"),),
    ),
    "`Transfer-Encoding: chunked` with a tab behind it": Case(
        fields("content"), b"2\r\nok\r\n0\r\n\r\n", b"ok", ((["read"], ["send", CHUNKED_TAB]),)
    ),
    "a response header that goes on in the next line": Case(
        fields("status_code"), 0, 200, (answer(b"ok", "X-A: 1\r\n 2"),)
    ),
    "a charset that Python does not know": Case(
        fields("text"), "LookupError", "ok", (answer(b"ok", "Content-Type: text/plain; charset=nope"),)
    ),
    "UTF-8 without a charset": Case(
        lambda visit: visit.client.get("/x").text == "süß äöü größer",
        False,
        True,
        (answer("süß äöü größer".encode()),),
    ),
    "a response header that comes twice": Case(
        lambda visit: visit.client.get("/x").headers["X-A"],
        ["1", "2"],
        "1, 2",
        (answer(b"ok", "X-A: 1", "X-A: 2"),),
    ),
    "`response.url` of a request with `params`": Case(
        lambda visit: visit.client.get("/x", params={"a": 1}).url.removeprefix(visit.server.url),
        "/x",
        "/x?a=1",
    ),
    "`request.body` of a text with a Content-Type of its own": Case(
        lambda visit: visit.client.post("/x", data="a", headers={"Content-Type": "x/y"}).request.body,
        "a",
        b"a",
    ),
    "a list in `data={...}`": Case(
        sent_after(lambda client: client.post("/x", data={"a": [1, 2]}), rb"\r\n\r\na=1&a=2"), False, True
    ),
    "an open file or an iterable as `data`": Case(
        sent_after(lambda client: client.post("/x", data=io.BytesIO(b"abc")), rb"content-length: 3"),
        False,
        True,
    ),
    "a `bytearray` as `data`": Case(
        lambda visit: tried(lambda: visit.client.post("/x", data=bytearray(b"a")).status_code),
        "AttributeError",
        200,
    ),
    "bytes as the value of a header": Case(
        sent_after(lambda client: client.get("/x", headers={"X-A": b"1"}), rb"x-a: 1\r\n"), False, True
    ),
    "a path such as `/%41`": Case(
        sent_after(lambda client: client.get("/%41"), rb"GET /%41 HTTP"), False, True
    ),
    "a path that begins with two slashes": Case(
        lambda visit: tried(lambda: visit.client.get("//x").status_code), "ValueError", 200
    ),
    "`max_redirects=0`": Case(
        lambda visit: visit.client.get("/x", max_redirects=0).status_code, 302, 0, (moved("/y"),)
    ),
    "a `Location` in Latin-1": Case(
        sent_after(lambda client: client.get("/x"), rb"GET /%FC HTTP"),
        False,
        True,
        (moved("/\xfc"), answer()),
    ),
    "`Transfer-Encoding` of a POST that is redirected to a GET": Case(
        sent_after(
            lambda client: client.post("/x", data="a", headers=CHUNK_HEADER),
            rb"GET /y [^\0]*transfer-encoding",
        ),
        True,
        False,
        (moved("/y"), answer()),
    ),
    "`raise_for_status()` in the block of its own request": Case(
        own_status_in_block, ("LocustBadStatusCode", []), (None, [True]), (answer(status="500 Oops"),)
    ),
    "a streamed body after its with-block": Case(read_after_block, b"ok", "ConnectionLostError", (SLOW,)),
    "`max_retries` and other arguments that are not in Locust's signature": Case(
        lambda visit: tried(lambda: visit.client.get("/x", max_retries=0).status_code), 200, "TypeError"
    ),
    "`proxy_host`, `proxy_port`, `max_retries` of the class": Case(
        lambda visit: tried(lambda: type(visit.user)(visit.user.environment) and None),
        None,
        "StopTest",
        settings=(("later", {"max_retries": 1}),),
    ),
    "`close()` of an `HTTPClientPool` that users share": Case(
        close_given_pool, 2, 1, ((["serve", answer()],),), (("client_pool", HTTPClientPool(concurrency=1)),)
    ),
    "another jar as `client.client.cookiejar`": Case(other_jar, True, "AttributeError"),
    "TLS certificates": Case(lambda visit: visit.user.insecure, True, False),
}


def visit(kind: type[Any], case: Case, serve: Callable[..., Any]) -> Any:
    """Play a case with one kind of user."""
    steps: list[Any] = []
    for message in case.answers:
        steps += (
            [["read"], ["send", message]] if isinstance(message, bytes) else [list(each) for each in message]
        )
    ends = isinstance(case.answers[-1], tuple)
    server = serve(steps if ends else [*steps, ["hold"]])
    environment, events = Environment(), list[dict[str, Any]]()
    environment.events.request.add_listener(  # type: ignore[no-untyped-call]
        lambda **event: events.append(event)
    )
    settings = dict(case.settings)
    later = settings.pop("later", {})
    base = {"host": server.url, "network_timeout": 10.0, **settings}
    user = type("Guest", (kind,), base)(environment)
    for name, value in later.items():
        setattr(type(user), name, value)
    seen = case.call(Visit(user, server, events))
    user.client.client.clientpool.close()
    return seen


def test_the_table_has_these_rows() -> None:
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    assert [row for row in rows if row not in {"What", "---"}] == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_row_of_the_table_is_true(serve: Callable[..., Any], name: str) -> None:
    case = CASES[name]
    assert visit(FastHttpUser, case, serve) == case.fast
    assert visit(RapidHttpUser, case, serve) == case.rapid
    gc.collect()  # FastHttpUser leaves sockets open after errors
