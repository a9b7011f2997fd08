"""One response out of bytes, however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.load.http1.http_errors import (
    ConnectionLostError,
    HeadTooLargeError,
    MalformedResponseError,
    RequestError,
    SurplusBytesError,
)
from mario_perf.load.http1.parser import ResponseParser

MAX_HEAD = 4096
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"
)
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + LENGTH
EMPTY = b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"


def parse(*pieces: bytes, bodiless: bool = False) -> ResponseParser:
    parser = ResponseParser(MAX_HEAD)
    parser.begin(bodiless=bodiless)
    for piece in pieces:
        parser.feed(piece)
    return parser


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(places), len(data)]
    return [piece for start, end in pairwise(edges) if (piece := data[start:end])]


@pytest.mark.parametrize(
    ("message", "status", "body"),
    [
        (LENGTH, 200, b"hello"),
        (CHUNKED, 200, b"hello"),
        (CONTINUED, 200, b"hello"),
        (EMPTY, 204, b""),
        (NOT_MODIFIED, 304, b""),
        (CHUNKED.replace(b"chunked", b"chunked\t"), 200, b"hello"),
        (CHUNKED.replace(b"chunked", b"Chunked \t\r\nX: y"), 200, b"hello"),
        (LENGTH.replace(b"\r\n\r\n", b"\r\nX: y,\r\n\t z\r\n\r\n"), 200, b"hello"),
    ],
)
class TestAnyCut:
    def test_at_every_single_byte_boundary(self, message: bytes, status: int, body: bytes) -> None:
        for place in range(1, len(message)):
            parser = parse(message[:place], message[place:])
            assert (parser.complete, parser.status, parser.take_body()) == (True, status, body)
            assert parser.reusable

    def test_byte_by_byte(self, message: bytes, status: int, body: bytes) -> None:
        parser = parse(*(message[i : i + 1] for i in range(len(message))))
        assert (parser.complete, parser.status, parser.take_body()) == (True, status, body)

    def test_no_proper_beginning_is_complete(self, message: bytes, status: int, body: bytes) -> None:
        del status, body
        for place in range(1, len(message)):
            parser = parse(message[:place])
            assert not parser.complete
            with pytest.raises(ConnectionLostError):
                parser.feed(b"")

    def test_any_further_byte_is_refused(self, message: bytes, status: int, body: bytes) -> None:
        del status, body
        for surplus in (b"\n", b"\r", b"\r\n", b"x", b"HTTP/1.1 2", LENGTH, CHUNKED):
            with pytest.raises(SurplusBytesError):
                parse(message + surplus)


@given(
    body=st.binary(max_size=300),
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8),
    places=st.lists(st.integers(1, 400), max_size=12),
)
def test_a_chunked_body_is_what_was_chunked(body: bytes, sizes: list[int], places: list[int]) -> None:
    message, start, turn = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 0
    while start < len(body):
        piece = body[start : start + sizes[turn % len(sizes)]]
        message += b"%x\r\n%b\r\n" % (len(piece), piece)
        start, turn = start + len(piece), turn + 1
    parser = parse(*cut_at(message + b"0\r\n\r\n", places))
    assert parser.complete
    assert parser.take_body() == body


@given(body=st.binary(max_size=300), places=st.lists(st.integers(1, 400), max_size=12))
def test_a_body_until_the_end_of_the_connection_ends_there(body: bytes, places: list[int]) -> None:
    parser = parse(*cut_at(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + body, places))
    assert not parser.complete
    parser.feed(b"")
    assert (parser.complete, parser.reusable, parser.take_body()) == (True, False, body)


@given(st.binary(min_size=1, max_size=200), st.lists(st.integers(1, 200), max_size=5))
def test_no_bytes_break_it_but_by_its_own_errors(data: bytes, places: list[int]) -> None:
    try:
        parser = parse(*cut_at(data, places))
        parser.feed(b"")
    except RequestError:
        return
    assert parser.complete
    assert data.startswith(b"HTTP/1.")


@given(data=st.data())
def test_a_damaged_response_is_refused_or_waited_for_or_taken(data: st.DataObject) -> None:
    message = bytearray(data.draw(st.sampled_from([LENGTH, CHUNKED, CONTINUED])))
    message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    try:
        parser = parse(bytes(message))
    except RequestError:
        return
    assert parser.status or not parser.complete


@pytest.mark.parametrize(
    "message",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"ICE/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_what_is_no_http_is_malformed(message: bytes) -> None:
    with pytest.raises(MalformedResponseError):
        parse(message)


def test_a_head_may_be_as_long_as_allowed_and_not_longer() -> None:
    def message(length: int) -> bytes:
        frame = b"HTTP/1.1 204 OK\r\nX: %b\r\n\r\n"
        return frame % (b"a" * (length - len(frame) + 2))

    assert parse(message(MAX_HEAD)).complete
    with pytest.raises(HeadTooLargeError):
        parse(message(MAX_HEAD + 1))
    with pytest.raises(HeadTooLargeError):
        parse(message(2 * MAX_HEAD)[: MAX_HEAD + 1])


def test_interim_responses_without_end_are_too_large_a_head() -> None:
    with pytest.raises(HeadTooLargeError):
        parse(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * MAX_HEAD)


class TestHead:
    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

    def test_its_response_has_no_body_whatever_it_announces(self) -> None:
        for answer in (self.ANSWER, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
            parser = parse(answer, bodiless=True)
            assert (parser.complete, parser.reusable, parser.take_body()) == (True, True, b"")

    def test_the_next_response_is_read_anew(self) -> None:
        parser = parse(self.ANSWER, bodiless=True)
        parser.begin(bodiless=False)
        parser.feed(LENGTH)
        assert (parser.complete, parser.take_body()) == (True, b"hello")

    def test_a_body_all_the_same_is_refused(self) -> None:
        with pytest.raises(SurplusBytesError):
            parse(LENGTH, bodiless=True)

    def test_a_server_that_says_close_is_believed(self) -> None:
        for line in (b"Connection: close", b"connection:Close", b"Connection: x, close"):
            assert not parse(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n", bodiless=True).reusable
        assert not parse(b"HTTP/1.0 200 OK\r\n\r\n", bodiless=True).reusable


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive", True),
    ],
)
def test_a_connection_is_kept_when_both_ends_want_it(head: bytes, reusable: bool) -> None:  # noqa: FBT001
    assert parse(head + b"\r\n\r\n").reusable is reusable


def test_headers_are_found_in_any_case_and_repeated_ones_joined() -> None:
    parser = parse(b"HTTP/1.1 204 OK\r\nX-A: 1\r\nSet-Cookie: a\r\nx-a:  2 \r\nSet-Cookie: b\r\n\r\n")
    headers = parser.head.headers
    assert headers["x-A"] == "1, 2"
    assert headers.get_all("set-cookie") == ["a", "b"]
    assert "SET-COOKIE" in headers
    assert "missing" not in headers
    assert headers.get("missing") is None
    assert list(headers) == ["X-A", "Set-Cookie"]
    assert len(headers) == 2


def test_a_value_goes_on_in_the_next_line_if_that_begins_with_a_blank() -> None:
    parser = parse(LENGTH.replace(b"200 OK", b"200 OK\r\nX: a,\r\n \tb \r\n\tc\r\nY:\r\n d"))
    assert (parser.head.headers["X"], parser.head.headers["Y"]) == ("a, b c", "d")
