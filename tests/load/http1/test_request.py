"""Requests as bytes."""

import io
from email import message_from_bytes
from typing import Any

import pytest
from httptools import HttpRequestParser
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.load.http1.body import data_body, json_body, multipart_body
from mario_perf.load.http1.request import basic_auth, header_items, prepare, serialise
from mario_perf.load.http1.target import resolve


class Recorder:
    """What a server's parser reads."""

    def __init__(self, data: bytes) -> None:
        self.url, self.body, self.headers = b"", b"", list[tuple[bytes, bytes]]()
        self.complete = 0
        parser = HttpRequestParser(self)
        parser.feed_data(data)
        self.method = parser.get_method().decode()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete += 1


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
    path=st.text(max_size=30).map(lambda text: "/" + text),
    body=st.binary(max_size=50),
    cookie=st.sampled_from(["", "a=1", "a=1; b=2"]),
)
def test_a_server_reads_one_request_with_that_body(method: str, path: str, body: bytes, cookie: str) -> None:
    head = prepare(method, "http://h", path.replace("#", ""), (), ())
    read = Recorder(serialise(head, body, cookie))
    assert (read.complete, read.method, read.body) == (1, method, body)
    assert dict(read.headers).get(b"cookie", b"").decode() == cookie
    assert read.url.isascii()


@given(
    name=st.sampled_from(["X", "X\r\nY", "X\0"]), value=st.text(max_size=5), tail=st.sampled_from("\r\n\0")
)
def test_a_header_cannot_smuggle_in_another(name: str, value: str, tail: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        prepare("GET", "http://h", "/", (), ((name, value + tail + "Evil: 1"),))


@pytest.mark.parametrize("method", ["GET /x", "G\r\nET", ""])
def test_a_method_is_a_word(method: str) -> None:
    with pytest.raises(ValueError, match=r"line break or control character|cannot be a method"):
        prepare(method, "http://h", "/", (), ())


@pytest.mark.parametrize("method", ["PROPFIND", "M-SEARCH", "A_B", "a.b", "FOO1", "X!"])
def test_any_token_is_a_method(method: str) -> None:
    head = prepare(method, "http://h", "/", (), ())
    assert head.bare.startswith(f"{method.upper()} / HTTP/1.1\r\n".encode())


def test_a_header_name_is_a_token() -> None:
    with pytest.raises(ValueError, match="'x a' cannot be a method or the name of a header"):
        prepare("GET", "http://h", "/", (), (("X A", "1"),))


def test_values_that_are_equal_in_python_are_sent_as_they_are_written() -> None:
    for value in (1, True, 1.0):
        request = prepare("GET", "http://h", "/", (), header_items({"X-A": value})).bare
        assert f"X-A: {value}\r\n".encode() in request


@pytest.mark.parametrize("given", [{"X-A": ["1", "2"], "X-B": b"3"}, [("X-A", ("1", "2")), ("X-B", "3")]])
def test_a_list_of_values_is_a_line_each(given: Any) -> None:
    headers = Recorder(prepare("GET", "http://h", "/", (), header_items(given)).bare).headers
    assert [value for name, value in headers if name == b"x-a"] == [b"1", b"2"]
    assert [value for name, value in headers if name == b"x-b"] == [b"3"]


@given(
    body=st.binary(max_size=99),
    method=st.sampled_from(["GET", "POST", "PUT"]),
    cookie=st.sampled_from(["", "a=b"]),
)
def test_a_body_to_be_chunked_has_no_length(body: bytes, method: str, cookie: str) -> None:
    head = prepare(method, "http://h", "/", (), (("Transfer-Encoding", "Chunked"),))
    read = Recorder(serialise(head, body, cookie))
    assert (read.complete, read.body) == (1, body)
    assert b"content-length" not in dict(read.headers)


def test_a_coding_that_is_not_applied_is_refused() -> None:
    with pytest.raises(ValueError, match="Transfer-Encoding: gzip cannot be sent"):
        prepare("POST", "http://h", "/", (), (("Transfer-Encoding", "gzip"),))


def test_the_callers_headers_replace_the_defaults_in_any_case() -> None:
    head = prepare("GET", "http://h", "/", (("X-A", "1"), ("X-B", "1")), (("x-a", "2"), ("HOST", "other")))
    headers = Recorder(head.bare).headers
    assert [value for name, value in headers if name == b"x-a"] == [b"2"]
    assert [value for name, value in headers if name == b"host"] == [b"other"]
    assert (b"x-b", b"1") in headers


def test_a_content_length_of_ones_own_is_not_believed() -> None:
    head = prepare("POST", "http://h", "/", (), (("Content-Length", "999"),))
    assert Recorder(serialise(head, b"abc", "")).body == b"abc"


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("http://h", "h", "/"),
        ("http://h:80/x", "h", "/x"),
        ("https://h:443/x", "h", "/x"),
        ("https://h:80/x", "h:80", "/x"),
        ("http://[::1]:8080/x", "[::1]:8080", "/x"),
        ("http://h?a=b", "h", "/?a=b"),
        ("http://h/a%20b", "h", "/a%20b"),
        ("http://h/a b", "h", "/a%20b"),
        ("http://h/100%", "h", "/100%25"),
        ("http://h/pizza/süß", "h", "/pizza/s%C3%BC%C3%9F"),
        ("http://h/x#fragment", "h", "/x"),
        ("http://bücher.example/", "xn--bcher-kva.example", "/"),
    ],
)
def test_a_url_becomes_host_and_request_target(url: str, host: str, path: str) -> None:
    target = resolve(url)
    assert (target.host_header, target.path) == (host, path)


def test_basic_auth_is_the_example_of_its_rfc() -> None:
    assert basic_auth("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic_auth(b"Aladdin", b"open sesame") == basic_auth("Aladdin", "open sesame")


@pytest.mark.parametrize(
    ("data", "body", "content_type"),
    [
        ({"a": "1 2", "b": ["x", "y"]}, b"a=1+2&b=x&b=y", "application/x-www-form-urlencoded; charset=utf-8"),
        ("süß", "süß".encode(), "text/plain; charset=utf-8"),
        (b"\0\1", b"\0\1", "application/octet-stream"),
        (bytearray(b"ab"), b"ab", "application/octet-stream"),
        (io.BytesIO(b"file"), b"file", "application/octet-stream"),
        ([b"a", b"b"], b"ab", "application/octet-stream"),
    ],
)
def test_data_is_told_apart_by_its_type(data: object, body: bytes, content_type: str) -> None:
    assert data_body(data) == (body, (("Content-Type", content_type),))


def test_json_says_what_it_is() -> None:
    body, headers = json_body({"a": None})
    assert body == b'{"a": null}'
    assert dict(headers) == {"Content-Type": "application/json", "Accept": "application/json"}


def test_a_multipart_form_is_read_by_an_independent_parser() -> None:
    files = {"f": ('a"b.txt', b"content", "text/csv", {"X-More": "1"}), "g": io.BytesIO(b"bare")}
    body, headers = multipart_body(files, {"field": ["v1", "v2"], "n": 3})
    message = message_from_bytes(f"Content-Type: {dict(headers)['Content-Type']}\r\n\r\n".encode() + body)
    parts = [(part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload())
             for part in message.walk() if not part.is_multipart()]  # fmt: skip
    assert parts == [
        ("field", None, "v1"),
        ("field", None, "v2"),
        ("n", None, "3"),
        ("f", "a%22b.txt", "content"),
        ("g", "g", "bare"),
    ]
