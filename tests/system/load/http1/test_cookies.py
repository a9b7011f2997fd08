"""Cookies over the wire: kept, sent back, replaced, ended, and kept to their place."""

from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pytest

Factory = Callable[..., Any]
READ: list[Any] = ["read"]
HOLD: list[Any] = ["hold"]


def ok(*cookies: str) -> list[Any]:
    lines = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies)
    return ["send", f"HTTP/1.1 200 OK\r\n{lines}Content-Length: 0\r\n\r\n".encode()]


def sent(server: Any) -> list[set[str]]:
    """The cookies of each request, in turn."""
    requests = server.connections[0].decode().split("\r\n\r\n")[:-1]
    lines = [[line for line in request.split("\r\n") if line.startswith("Cookie: ")] for request in requests]
    return [set(found[0].removeprefix("Cookie: ").split("; ")) if found else set() for found in lines]


@pytest.mark.parametrize("family", ["inet", "inet6"])
def test_a_cookie_comes_back_with_every_later_request(serve: Factory, asker: Factory, family: str) -> None:
    server = serve([READ, ok("a=1", "b=2; Path=/"), READ, ok(), READ, ok(), HOLD], family=family)
    client = asker()
    for _ in range(3):
        client.get(f"{server.url}/")
    assert sent(server) == [set(), {"a=1", "b=2"}, {"a=1", "b=2"}]


def test_a_new_value_replaces_the_old_and_max_age_0_ends_it(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1"), READ, ok("a=2"), READ, ok("a=; Max-Age=0"), READ, ok(), HOLD])
    client = asker()
    for _ in range(4):
        client.get(f"{server.url}/")
    assert sent(server) == [set(), {"a=1"}, {"a=2"}, set()]


def test_a_cookie_ends_when_its_time_is_over(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1; Max-Age=1"), READ, ok(), READ, ok(), HOLD])
    client = asker()
    client.get(f"{server.url}/")
    client.get(f"{server.url}/")
    [cookie] = client.client.cookiejar
    other = serve([READ, ["sleep", 2.1], ok()])
    client.get(other.url)
    client.get(f"{server.url}/")
    assert cookie.is_expired()
    assert sent(server) == [set(), {"a=1"}, set()]


def test_a_cookie_with_a_path_is_sent_there_only(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1; Path=/kitchen"), READ, ok(), READ, ok(), READ, ok(), HOLD])
    client = asker()
    for path in ("/", "/kitchen/1?x", "/orders", "/kitchen"):
        client.get(server.url + path)
    assert sent(server) == [set(), {"a=1"}, set(), {"a=1"}]


def test_a_secure_cookie_does_not_go_over_plain_http(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1; Secure"), READ, ok(), HOLD])
    client = asker()
    client.get(f"{server.url}/")
    client.get(f"{server.url}/")
    assert sent(server) == [set(), set()]


def test_a_cookie_header_of_ones_own_is_the_only_one(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1"), READ, ok(), HOLD])
    client = asker()
    client.get(f"{server.url}/")
    client.get(f"{server.url}/", headers={"cookie": "b=2"})
    assert server.connections[0].count(b"ookie: ") == 1


def test_a_cleared_jar_sends_nothing(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1"), READ, ok(), READ, ok(), HOLD])
    client = asker()
    client.get(f"{server.url}/")
    client.get(f"{server.url}/")
    client.client.cookiejar.clear()
    client.get(f"{server.url}/")
    assert sent(server) == [set(), {"a=1"}, set()]


def test_a_cookie_set_by_a_redirect_goes_along(serve: Factory, asker: Factory) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /on\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"
    server = serve([READ, ["send", redirect], READ, ok(), HOLD])
    asker().get(f"{server.url}/")
    assert sent(server) == [set(), {"a=1"}]


def test_a_policy_of_ones_own_decides_from_the_next_request_on(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ok("a=1"), *[READ, ok()] * 3, HOLD])
    client = asker()
    for _ in range(2):
        client.get(f"{server.url}/")
    client.client.cookiejar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    client.get(f"{server.url}/")
    client.client.cookiejar.set_policy(DefaultCookiePolicy())
    client.get(f"{server.url}/")
    assert sent(server) == [set(), {"a=1"}, set(), {"a=1"}]
