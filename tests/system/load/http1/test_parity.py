"""The same calls through FastHttpUser and through RapidHttpUser: the same requests, responses and reports."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

from mario_perf.load.users.rapid_http_user import RapidHttpUser

Factory = Callable[..., Any]
READ: list[Any] = ["read"]


def answer(body: bytes = b"ok", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
REDIRECT = answer(b"", "Location: /new", status="302 Found")
JSON = answer(b'{"a": "\xc3\xbc"}', "Content-Type: application/json")

CALLS: dict[str, tuple[Callable[[Any], Any], list[bytes]]] = {
    "get": (lambda client: client.get("/x"), [answer()]),
    "name": (lambda client: client.get("/x/1", name="/x/[id]"), [answer()]),
    "params": (lambda client: client.get("/x", params={"a": "1 2", "b": [1, 2]}), [answer()]),
    "quoting": (lambda client: client.get("/p a/ü?q=a b"), [answer()]),
    "json": (lambda client: client.post("/x", json={"size": "ü", "n": 1}), [JSON]),
    "form": (lambda client: client.post("/x", data={"a": "1 2"}), [answer()]),
    "text": (lambda client: client.put("/x", data="text"), [answer()]),
    "bytes": (lambda client: client.patch("/x", data=b"\0\1"), [answer()]),
    "headers": (lambda client: client.get("/x", headers={"X-A": "1"}), [answer()]),
    "auth": (lambda client: client.get("/x", auth=("user", "pass")), [answer()]),
    "delete": (lambda client: client.delete("/x"), [answer(b"", status="200 OK")]),
    "options": (lambda client: client.options("/x"), [answer(b"")]),
    "head": (lambda client: client.head("/x"), [answer(b"").replace(b": 0", b": 9")]),
    "no content": (lambda client: client.get("/x"), [b"HTTP/1.1 204 No Content\r\n\r\n"]),
    "not modified": (lambda client: client.get("/x"), [b"HTTP/1.1 304 Not Modified\r\n\r\n"]),
    "not found": (lambda client: client.get("/x"), [answer(b"no", status="404 Not Found")]),
    "server error": (lambda client: client.get("/x"), [answer(b"no", status="500 Oops")]),
    "chunked": (lambda client: client.get("/x"), [CHUNKED]),
    "continued": (lambda client: client.get("/x"), [b"HTTP/1.1 100 Continue\r\n\r\n" + answer()]),
    "gzip": (lambda client: client.get("/x"), [answer(gzip.compress(b"y" * 99), "Content-Encoding: gzip")]),
    "redirect": (lambda client: client.post("/x", json=1), [REDIRECT, answer()]),
    "no redirect": (lambda client: client.get("/x", allow_redirects=False), [REDIRECT]),
    "until close": (lambda client: client.get("/x"), [b"HTTP/1.1 200 OK\r\n\r\nok"]),
    "garbage": (lambda client: client.get("/x"), [b"garbage\r\n\r\n"]),
    "closed": (lambda client: client.post("/x"), [b""]),
    "stream as a file": (lambda client: read_as_a_file(client.get("/x", stream=True)), [answer()]),
    "stream": (lambda client: client.get("/x", stream=True), [answer()]),
}


def read_as_a_file(response: Any) -> Any:
    assert response.stream.read(1) == b"o"
    assert response.stream.read() == b"k"
    return response


NOT_COMPARED = {b"user-agent", b"connection", b"host", b"accept-encoding"}


def close_rapid(user: Any) -> None:
    user._own_pool.close()


def close_fast(user: Any) -> None:
    user.client.client.close()


def outcome(
    base: type[Any],
    close: Callable[[Any], None],
    serve: Factory,
    call: Callable[[Any], Any],
    answers: list[bytes],
) -> dict[str, Any]:
    """What one kind of user sends, sees and reports, without what depends on port and clock."""
    server = serve([step for message in answers for step in (READ, ["send", message])])
    environment, events = Environment(), list[dict[str, Any]]()
    environment.events.request.add_listener(  # type: ignore[no-untyped-call]
        lambda **event: events.append(event)
    )
    user = type("Guest", (base,), {"host": server.url, "network_timeout": 10.0})(environment)
    response = call(user.client)
    [event] = events
    status = response.status_code
    seen = {
        "fields": set(event),
        "event": [event[field] for field in ("request_type", "name", "context", "response_length")],
        "event url": event["url"].removeprefix(server.url),
        "failed": event["exception"] is not None,
        "same response": event["response"] is response,
        "response": (status, response.content, response.text),
        "url": response.url.removeprefix(server.url).partition("?")[0] if status else None,
        "sent": [sent(request) for request in requests(b"".join(server.connections))],
    }
    close(user)
    return seen


def requests(data: bytes) -> list[bytes]:
    """A connection's bytes, cut where request lines begin."""
    lines = data.split(b" HTTP/1.1\r\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + len(b" HTTP/1.1\r\n"))
    cuts = [
        data.rfind(b"\r\n", 0, data.find(b" HTTP/1.1\r\n", start)) + 2 if start else 0
        for start in starts[:-1]
    ]
    return [data[a:b] for a, b in zip(cuts, [*cuts[1:], len(data)], strict=True)]


def sent(request: bytes) -> tuple[bytes, set[tuple[bytes, bytes]], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.split(b"\r\n")
    pairs = {
        (name.lower(), value.strip()) for name, _, value in (header.partition(b":") for header in headers)
    }
    return line, {pair for pair in pairs if pair[0] not in NOT_COMPARED}, body


@pytest.mark.parametrize("name", CALLS)
def test_a_call_does_the_same_through_either_user(serve: Factory, name: str) -> None:
    call, answers = CALLS[name]
    rapid = outcome(RapidHttpUser, close_rapid, serve, call, answers)
    assert rapid == outcome(FastHttpUser, close_fast, serve, call, answers)
