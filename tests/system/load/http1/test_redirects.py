"""Where redirects lead, and what goes along."""

from collections.abc import Callable
from typing import Any

import pytest

from mario_perf.load.http1.http_errors import RedirectError, ResponseTimeoutError

Factory = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
READ: list[Any] = ["read"]
HOLD: list[Any] = ["hold"]


def redirect(status: int, location: str | bytes) -> list[Any]:
    place = location.encode() if isinstance(location, str) else location
    return ["send", b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 4\r\n\r\ngone" % (status, place)]


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        *((status, "GET", "GET") for status in (301, 302, 303, 307, 308)),
        *((status, "HEAD", "HEAD") for status in (301, 302, 303)),
        *((status, "POST", "GET") for status in (301, 302, 303)),
        (302, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
    ],
)
def test_method_and_body_follow_the_status(
    serve: Factory, asker: Factory, status: int, method: str, then: str
) -> None:
    length = b"" if method == "HEAD" else b"gone"
    head = (
        f"HTTP/1.1 {status} Moved\r\nLocation: /new?x=1#part\r\nContent-Length: 4\r\n\r\n".encode() + length
    )
    end = OK.removesuffix(b"ok") if then == "HEAD" else OK
    server = serve([READ, ["send", head], READ, ["send", end], HOLD])
    body = b"pizza" if method in {"POST", "PUT"} else b""
    response = asker().ask(method, f"{server.url}/old", body, headers={"Content-Type": "text/plain"})
    assert (response.status_code, response.url) == (200, f"{server.url}/new?x=1#part")
    assert [step.status_code for step in response.history] == [status]
    second = server.connections[0].split(b"\r\n\r\n", 1)[1].removeprefix(body)
    assert second.startswith(f"{then} /new?x=1 HTTP/1.1\r\n".encode())
    kept = body if then == method else b""
    assert second.endswith(b"\r\n\r\n" + kept)
    assert (b"Content-Type: text/plain" in second) is (status in {307, 308})


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (b"next", b"/a/next"),
        (b"../up", b"/up"),
        (b"?q", b"/a/b?q"),
        (b"/r%20s t", b"/r%20s%20t"),
        ("/süß%20t".encode(), b"/s%C3%BC%C3%9F%20t"),
        ("/süß%20t".encode("latin-1"), b"/s%FC%DF%20t"),
    ],
)
def test_a_relative_location_is_resolved(
    serve: Factory, asker: Factory, location: bytes, target: bytes
) -> None:
    server = serve([READ, redirect(302, location), READ, ["send", OK], HOLD])
    asker().get(f"{server.url}/a/b?p")
    assert b"GET " + target + b" HTTP/1.1\r\n" in server.connections[0]


def test_a_circle_ends_at_the_limit(serve: Factory, asker: Factory) -> None:
    server = serve([step for _ in range(9) for step in (READ, redirect(302, "/again"))])
    with pytest.raises(RedirectError):
        asker(max_redirects=3).get(server.url)
    assert server.connections[0].count(b"GET ") == 4


def test_as_many_as_the_limit_are_followed(serve: Factory, asker: Factory) -> None:
    server = serve(
        [*(step for _ in range(3) for step in (READ, redirect(302, "/on"))), READ, ["send", OK], HOLD]
    )
    assert len(asker(max_redirects=3).get(server.url).history) == 3


@pytest.mark.parametrize(
    "location",
    [
        "ftp://x/",
        "https://",
        "mailto:mario@example.org",
        "http://[::1",
        "http://a..b/",
        f"http://{'a' * 64}/",
    ],
)
def test_a_location_that_is_no_http_url_fails_the_request(
    serve: Factory, asker: Factory, location: str
) -> None:
    with pytest.raises(RedirectError):
        asker().get(serve([READ, redirect(302, location), HOLD]).url)


def test_a_redirect_without_location_is_the_response(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ["send", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"], HOLD])
    assert asker().get(server.url).status_code == 302


def test_a_redirect_that_is_not_to_be_followed_is_the_response(serve: Factory, asker: Factory) -> None:
    server = serve([READ, redirect(302, "/on"), HOLD])
    assert asker().get(server.url, follow=False).headers["location"] == "/on"


def test_credentials_stay_with_the_origin_they_were_given_for(serve: Factory, asker: Factory) -> None:
    secret = {"Authorization": "Basic c2VjcmV0", "Cookie": "own=1", "X-Public": "yes"}
    other = serve([READ, ["send", OK], HOLD])
    first = serve([READ, redirect(302, "/on"), READ, redirect(307, f"{other.url}/"), HOLD])
    asker().get(first.url, headers=secret)
    assert first.connections[0].count(b"Authorization: Basic c2VjcmV0") == 2
    [elsewhere] = other.connections
    assert b"Authorization" not in elsewhere
    assert b"Cookie" not in elsewhere
    assert b"X-Public: yes" in elsewhere
    assert f"Host: 127.0.0.1:{other.port}\r\n".encode() in elsewhere


def test_a_redirect_that_drips_ends_a_streamed_request_at_the_total_timeout(
    serve: Factory, asker: Factory
) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /on\r\nContent-Length: 100\r\n\r\n"
    server = serve([READ, ["send", head], ["drip", b"x" * 50, 0.02], HOLD])
    with pytest.raises(ResponseTimeoutError):
        asker(network_timeout=0.5, timeout=0.2).get(server.url, stream=True)


def test_a_streamed_request_follows_too(serve: Factory, asker: Factory) -> None:
    server = serve([READ, redirect(302, "/on"), READ, ["send", OK], HOLD])
    response = asker().get(server.url, stream=True)
    assert list(response.iter_content(decode_content=False)) == [b"ok"]
    assert len(server.connections) == 1


def test_cookies_that_a_redirect_sets_are_sent_though_the_caller_sent_one_of_their_own(
    serve: Factory, asker: Factory
) -> None:
    login = b"HTTP/1.1 302 Found\r\nLocation: /home\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n"
    server = serve([READ, ["send", login], READ, ["send", OK], HOLD])
    asker().get(server.url, headers={"Cookie": "consent=yes"})
    first, second = server.connections[0].split(b"\r\n\r\n")[:2]
    assert b"Cookie: consent=yes" in first
    assert b"Cookie: session=1" in second


def test_a_host_of_ones_own_goes_along_to_the_same_origin_only(serve: Factory, asker: Factory) -> None:
    other = serve([READ, ["send", OK], HOLD])
    first = serve([READ, redirect(302, "/on"), READ, redirect(302, other.url), HOLD])
    asker().get(first.url, headers={"Host": "shop.test"})
    assert first.connections[0].count(b"Host: shop.test\r\n") == 2
    assert f"Host: 127.0.0.1:{other.port}\r\n".encode() in other.connections[0]
