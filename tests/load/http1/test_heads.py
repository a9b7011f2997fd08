"""A head that was read before is not read again, and nobody can tell."""

from __future__ import annotations

import tracemalloc
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.load.http1.heads import HeadCache, ResponseHead
from mario_perf.load.http1.http_errors import HeadTooLargeError, RequestError, SurplusBytesError
from mario_perf.load.http1.parser import ResponseParser

MAX_HEAD = 4096
NUMBERS = count()


def response(body: bytes = b"hello", *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """One whose head no test has seen before."""
    head = (b"HTTP/1.1 " + status, b"X-Number: %d" % next(NUMBERS), b"Content-Length: %d" % len(body), *lines)
    return b"\r\n".join((*head, b"", body))


def parse(*pieces: bytes, bodiless: bool = False, max_head: int = MAX_HEAD) -> ResponseParser:
    parser = ResponseParser(max_head)
    parser.begin(bodiless=bodiless)
    for piece in pieces:
        parser.feed(piece)
    return parser


def seen(parser: ResponseParser) -> tuple[object, ...]:
    head = parser.head
    facts = (parser.complete, parser.reusable, parser.status, parser.untouched)
    return (*facts, head.raw, dict(head.headers), head.encoding, head.sets_cookies, parser.take_body())


@pytest.mark.parametrize(
    "message",
    [
        response(),
        response(b""),
        response(b"", status=b"404 Not Found"),
        response(b"zipped", b"Content-Encoding: gzip", b"Set-Cookie: a=b"),
        response(b"bye", b"Connection: close"),
        b"HTTP/1.1 204 No Content\r\nX-Number: none\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Number: none\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + response(),
    ],
)
def test_a_response_is_the_same_at_every_time_and_however_it_is_cut(message: bytes) -> None:
    first, again = seen(parse(message)), seen(parse(message))
    assert again == first
    for place in range(1, len(message)):
        assert seen(parse(message[:place], message[place:])) == first


def test_the_head_of_a_response_that_came_before_is_the_very_same_object() -> None:
    message = response()
    assert parse(message).head is parse(message).head


def test_a_kept_connection_takes_known_and_unknown_heads_in_turns() -> None:
    parser = ResponseParser(MAX_HEAD)
    known, other = response(b"known"), response(b"of another length")
    for message, body in [(known, b"known"), (known, b"known"), (other, b"of another length")] * 3:
        parser.begin(bodiless=False)
        parser.feed(message)
        assert (parser.complete, parser.reusable, parser.take_body()) == (True, True, body)


def test_a_known_head_with_less_body_is_waited_for_and_with_more_refused() -> None:
    message = response()
    parse(message)
    assert not parse(message[:-1]).complete
    assert parse(message[:-1], message[-1:]).take_body() == b"hello"
    for surplus in (b"x", b"\r\n", message):
        with pytest.raises(SurplusBytesError):
            parse(message + surplus)
        with pytest.raises(SurplusBytesError):
            parse(message, surplus)


def test_what_answers_get_does_not_answer_head_nor_the_other_way_round() -> None:
    message = response()
    head = message.removesuffix(b"hello")
    assert parse(head, bodiless=True).complete
    assert not parse(head).complete
    assert parse(message).take_body() == b"hello"
    with pytest.raises(SurplusBytesError):
        parse(message, bodiless=True)
    assert parse(head, bodiless=True).take_body() == b""


def test_a_head_without_its_end_is_not_taken_for_one_that_is_known() -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-Number: none\r\nContent-Length: 0"
    assert parse(raw + b"\r\n\r\n").complete
    for beginning in (raw, raw + b"\r", raw + b"\r\n", raw + b"\r\n\r"):
        assert not parse(beginning).complete


def test_a_known_head_is_refused_where_it_is_longer_than_allowed() -> None:
    message = response()
    parse(message)
    with pytest.raises(HeadTooLargeError):
        parse(message, max_head=len(message) - len(b"hello") - 1)
    assert parse(message, max_head=len(message) - len(b"hello")).complete


@given(message=st.sampled_from([response(), response(b"", b"A: b")]), data=st.data())
def test_what_differs_from_a_known_response_in_one_byte_is_read_anew(
    message: bytes, data: st.DataObject
) -> None:
    parse(message)
    damaged = bytearray(message)
    damaged[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(damaged)
    assert outcome(whole) == outcome(*(whole[i : i + 1] for i in range(len(whole))))


def outcome(*pieces: bytes) -> object:
    try:
        return seen(parse(*pieces))
    except RequestError as error:
        return type(error)


def test_only_so_many_heads_are_remembered_and_none_that_is_long() -> None:
    memory = HeadCache()
    for number in range(9000):
        memory.keep(ResponseHead(b"HTTP/1.1 200 OK\r\nX: %d" % number, 200), 0)
    kept = [number for number in range(9000) if memory.find(b"HTTP/1.1 200 OK\r\nX: %d" % number)]
    assert 8999 in kept
    assert len(kept) < 4000
    long = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 4096
    memory.keep(ResponseHead(long, 200), 0)
    assert memory.find(long) is None


@pytest.mark.parametrize("line", [b"\r\na:b", b"\r\nX-Name-%d: a usual value" % 7, b"\r\nX: " + b"x" * 300])
def test_heads_that_are_remembered_and_read_take_at_most_four_megabytes(line: bytes) -> None:
    memory = HeadCache()
    tracemalloc.start()
    for number in range(1500):
        head = ResponseHead(b"HTTP/1.1 200 OK\r\nX-Number: %d" % number + line * (4000 // len(line)), 200)
        len(head.headers)
        memory.keep(head, 0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert memory.find(head.raw)
    assert held < 4.5e6
