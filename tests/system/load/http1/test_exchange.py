"""A client and real sockets: what servers do to a request, and what becomes of it."""

import gc
import gzip
import os
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any, ClassVar

import brotli  # type: ignore[import-untyped]  # there are no stubs
import gevent
import pytest

from mario_perf.load.http1.decoding import decode
from mario_perf.load.http1.http_errors import (
    BodyTooLargeError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    HeadTooLargeError,
    InvalidTargetError,
    MalformedResponseError,
    NetworkTimeoutError,
    ResponseTimeoutError,
    SurplusBytesError,
    UndecodableBodyError,
)

Factory = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
READ: list[Any] = ["read"]
HOLD: list[Any] = ["hold"]


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def in_another_thread(work: Callable[[], Any]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False


@pytest.mark.parametrize("family", ["inet", "inet6"])
def test_a_request_and_its_response_over_either_family(serve: Factory, asker: Factory, family: str) -> None:
    server = serve([READ, ["send", OK], HOLD], family=family)
    response = asker().get(f"{server.url}/a?b=c")
    assert (response.status_code, response.content, response.text, response.ok) == (200, b"ok", "ok", True)
    [request] = server.connections
    assert request.startswith(b"GET /a?b=c HTTP/1.1\r\nHost: ")
    assert b"\r\nHost: %b\r\n" % server.url.partition("//")[2].encode() in request
    assert request.endswith(b"\r\n\r\n")


def test_requests_follow_each_other_on_one_connection(serve: Factory, asker: Factory) -> None:
    server = serve([READ, ["send", OK], READ, ["send", OK], READ, ["send", OK], HOLD])
    client = asker()
    assert [client.get(server.url).content for _ in range(3)] == [b"ok"] * 3
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    "message",
    [
        OK,
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nT: t\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
)
def test_a_response_that_drips_in_is_the_same_response(
    serve: Factory, asker: Factory, message: bytes
) -> None:
    server = serve([READ, ["drip", message, 0.0005]])
    assert asker().get(server.url).content == b"ok"


def test_a_large_body_both_ways(serve: Factory, asker: Factory) -> None:
    body = bytes(range(256)) * 4000
    server = serve([READ, ["send", answer(body)], HOLD])
    assert asker().ask("POST", server.url, body).content == body
    assert server.connections[0].endswith(body)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_a_status_without_body_needs_no_length(serve: Factory, asker: Factory, status: bytes) -> None:
    server = serve([READ, ["send", b"HTTP/1.1 " + status + b"\r\n\r\n"], READ, ["send", OK], HOLD])
    client = asker()
    assert client.get(server.url).content == b""
    assert client.get(server.url).content == b"ok"
    assert len(server.connections) == 1


def test_head_is_answered_without_a_body_and_keeps_the_connection(serve: Factory, asker: Factory) -> None:
    server = serve(
        [READ, ["send", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"], READ, ["send", OK], HOLD]
    )
    client = asker()
    response = client.ask("HEAD", server.url)
    assert (response.content, response.headers["content-length"]) == (b"", "99")
    assert client.get(server.url).content == b"ok"
    assert len(server.connections) == 1


class TestMalformed:
    def test_garbage_fails_the_request(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", b"\x16\x03\x01 what?\r\n\r\n"], HOLD])
        with pytest.raises(MalformedResponseError):
            asker().get(server.url)

    def test_a_giant_head_is_cut_short(self, serve: Factory, asker: Factory) -> None:
        server = serve(
            [READ, ["send", b"HTTP/1.1 200 OK\r\n"], ["repeat", b"X: " + b"y" * 997 + b"\r\n", 10_000]]
        )
        with pytest.raises(HeadTooLargeError):
            asker().get(server.url)

    def test_a_body_that_announces_too_much_is_not_read(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"], HOLD])
        with pytest.raises(BodyTooLargeError):
            asker().get(server.url)

    @pytest.mark.parametrize("framing", [b"Connection: close", b"Transfer-Encoding: chunked"])
    def test_a_body_without_end_is_cut_short(self, serve: Factory, asker: Factory, framing: bytes) -> None:
        piece = b"3e8\r\n" + b"z" * 1000 + b"\r\n"
        server = serve(
            [READ, ["send", b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n"], ["repeat", piece, 20_000]]
        )
        with pytest.raises(BodyTooLargeError):
            asker().get(server.url)

    def test_a_small_body_above_a_smaller_limit_is_refused(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK], HOLD])
        with pytest.raises(BodyTooLargeError):
            asker(max_body_bytes=1).get(server.url)

    def test_bytes_after_the_response_fail_it_and_its_connection(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve([READ, ["send", OK + b"more"], HOLD], [READ, ["send", OK], HOLD])
        client = asker()
        with pytest.raises(SurplusBytesError):
            client.get(server.url)
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 2

    def test_a_response_that_nobody_asked_for_is_never_taken_for_the_next(
        self, serve: Factory, asker: Factory
    ) -> None:
        late = answer(b"somebody else's")
        server = serve(
            [READ, ["send", OK], ["sleep", 0.05], ["send", late], HOLD], [READ, ["send", OK], HOLD]
        )
        client = asker()
        client.get(server.url)
        other = serve([READ, ["sleep", 0.2], ["send", OK]])
        client.get(other.url)
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 2

    @pytest.mark.parametrize("then", [[HOLD], []])
    def test_nor_is_one_that_the_event_loop_has_not_seen(
        self, serve: Factory, asker: Factory, then: list[Any]
    ) -> None:
        late = answer(b"too slow", status=b"408 Request Timeout")
        server = serve(
            [READ, ["send", OK], ["sleep", 0.02], ["send", late], *then], [READ, ["send", OK], HOLD]
        )
        client = asker()
        client.get(server.url)
        time.sleep(0.1)  # stops the event loop, too
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 2

    @pytest.mark.parametrize("cut", [1, 20, len(OK) - 1])
    @pytest.mark.parametrize("end", [[], [["reset"]]])
    def test_a_response_cut_off_is_a_lost_connection(
        self, serve: Factory, asker: Factory, cut: int, end: list[Any]
    ) -> None:
        server = serve([READ, ["send", OK[:cut]], *end])
        with pytest.raises(ConnectionLostError):
            asker().get(server.url)

    def test_a_chunked_body_cut_off_is_a_lost_connection(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"]])
        with pytest.raises(ConnectionLostError):
            asker().get(server.url)


class TestKeepAlive:
    CLOSES = ([READ, ["send", OK]], [READ, ["send", OK], HOLD])

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    def test_a_connection_closed_while_idle_costs_nobody_a_request(
        self, serve: Factory, asker: Factory, method: str
    ) -> None:
        server = serve(*self.CLOSES)
        client = asker()
        client.get(server.url)
        other = serve([READ, ["sleep", 0.1], ["send", OK]])
        client.get(other.url)  # by now the close has come in
        assert client.ask(method, server.url, b"body" if method == "POST" else b"").content == b"ok"
        assert len(server.connections) == 2

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    def test_nor_does_one_whose_close_the_event_loop_has_not_seen(
        self, serve: Factory, asker: Factory, method: str
    ) -> None:
        server = serve(*self.CLOSES)
        client = asker()
        client.get(server.url)
        time.sleep(0.1)  # stops the event loop, too
        assert client.ask(method, server.url, b"body" if method == "POST" else b"").content == b"ok"
        assert len(server.connections) == 2

    def test_a_streamed_response_that_is_dropped_lets_go_of_its_connection(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve([READ, ["send", OK[:-1]], READ, ["send", b"k"], HOLD])
        client = asker()
        response = client.ask("GET", server.url, stream=True)
        response.raise_for_status()
        [connection] = client.pool._open
        descriptor = connection._transport._socket.fileno()
        del connection, response
        gc.collect()
        assert not client.pool._open
        assert closed(descriptor)

    def test_a_connection_dropped_in_another_thread_is_closed_in_its_own(
        self, serve: Factory, asker: Factory
    ) -> None:
        client = asker()
        client.get(serve([READ, ["send", OK], HOLD]).url)
        [places] = client.pool._places.values()
        descriptor = places.idle[0]._transport._socket.fileno()
        in_another_thread(places.idle.clear)
        assert not client.pool._open
        assert not closed(descriptor)
        gevent.sleep(0.1)
        assert closed(descriptor)

    @pytest.mark.parametrize("method", ["GET", "OPTIONS", "TRACE"])
    def test_what_is_safe_is_sent_again_when_the_close_crosses_it(
        self, serve: Factory, asker: Factory, method: str
    ) -> None:
        server = serve([READ, ["send", OK], READ], [READ, ["send", OK], HOLD])
        client = asker()
        client.get(server.url)
        assert client.ask(method, server.url).content == b"ok"
        assert len(server.connections) == 2

    @pytest.mark.parametrize("ending", [["leave"], ["reset"]])
    def test_what_is_safe_is_not_sent_again_when_the_server_had_taken_it(
        self, serve: Factory, asker: Factory, ending: list[str]
    ) -> None:
        """A worker that dies with requests in its hands is a failure of the service."""
        server = serve([READ, ["send", OK], READ, ["sleep", 0.2], ending], [READ, ["send", OK], HOLD])
        client = asker()
        client.get(server.url)
        with pytest.raises(ConnectionLostError):
            client.get(server.url)
        assert len(server.connections) == 1

    def test_what_comes_late_and_unasked_is_not_taken_for_the_next_answer(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve(
            [READ, ["send", OK], ["sleep", 0.02], ["send", answer(b"XX")], HOLD],
            [READ, ["send", OK], HOLD],
        )
        client = asker()
        client.get(server.url)
        [connection] = client.pool._open
        assert connection._transport._pending.poll(5000)  # meanwhile the event loop gets no turn
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 2

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_what_is_not_safe_is_not_sent_again_once_it_has_left(
        self, serve: Factory, asker: Factory, method: str
    ) -> None:
        server = serve([READ, ["send", OK], READ], [READ, ["send", OK], HOLD])
        client = asker()
        client.get(server.url)
        with pytest.raises(ConnectionLostError):
            client.ask(method, server.url, b"order")
        assert len(server.connections) == 1

    def test_nothing_is_sent_again_once_an_answer_has_begun(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK], READ, ["send", OK[:9]]], [READ, ["send", OK], HOLD])
        client = asker()
        client.get(server.url)
        with pytest.raises(ConnectionLostError):
            client.get(server.url)
        assert len(server.connections) == 1

    def test_a_first_request_is_not_sent_again(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ])
        with pytest.raises(ConnectionLostError):
            asker().get(server.url)
        assert len(server.connections) == 1

    @pytest.mark.parametrize("reason", [b"Connection: close", b"connection: Close"])
    def test_a_connection_that_the_server_will_close_is_not_used_again(
        self, serve: Factory, asker: Factory, reason: bytes
    ) -> None:
        server = serve([READ, ["send", answer(b"ok", reason)], HOLD])
        client = asker()
        client.get(server.url)
        client.get(server.url)
        assert len(server.connections) == 2

    @pytest.mark.parametrize("stream", [False, True])
    @pytest.mark.parametrize("value", ["close", "Keep-Alive, Close"])
    def test_a_connection_that_was_to_be_closed_is_not_used_again(
        self,
        serve: Factory,
        asker: Factory,
        value: str,
        stream: bool,  # noqa: FBT001
    ) -> None:
        server = serve([READ, ["send", OK], HOLD])
        client = asker()
        for _ in range(2):
            response = client.ask("POST", server.url, headers={"connection": value}, stream=stream)
            assert response.content == b"ok"
        assert len(server.connections) == 2


class TestEarlyAnswers:
    """Answers that begin before the request has been taken."""

    REFUSAL = answer(b"too large", status=b"413 Content Too Large")
    LARGE = b"x" * 20_000_000  # more than the sockets' buffers hold

    @pytest.mark.parametrize(("first", "then"), [([], []), ([["sleep", 0.1]], []), ([], [["sleep", 5.0]])])
    def test_a_refusal_is_the_response_and_ends_its_connection(
        self, serve: Factory, asker: Factory, first: list[Any], then: list[Any]
    ) -> None:
        server = serve([*first, ["send", self.REFUSAL], *then], [READ, ["send", OK], HOLD])
        client = asker(network_timeout=3.0)
        response = client.ask("POST", server.url, self.LARGE)
        assert (response.status_code, response.content) == (413, b"too large")
        assert client.ask("POST", server.url, b"small").content == b"ok"
        assert len(server.connections) == 2

    def test_a_complete_answer_needs_no_more_of_the_request(self, serve: Factory, asker: Factory) -> None:
        server = serve([["send", OK], ["sleep", 5.0]])
        assert asker(network_timeout=3.0).ask("PUT", server.url, self.LARGE).content == b"ok"

    def test_an_interim_answer_leaves_the_request_to_be_sent(self, serve: Factory, asker: Factory) -> None:
        go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
        server = serve([["send", go_on], ["sleep", 0.1], READ, ["send", OK], READ, ["send", OK], HOLD])
        client = asker()
        assert client.ask("POST", server.url, self.LARGE).content == b"ok"
        assert client.get(server.url).content == b"ok"
        assert [request.count(b"x" * 1000) for request in server.connections] == [20_000]

    def test_a_success_that_goes_on_is_read_while_the_request_is_sent(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve([["send", answer(self.LARGE)], READ, HOLD])
        client = asker(max_body_bytes=len(self.LARGE))
        assert client.ask("POST", server.url, self.LARGE).content == self.LARGE

    def test_what_comes_meanwhile_is_not_held_above_the_limit(self, serve: Factory, asker: Factory) -> None:
        server = serve([["send", answer(self.LARGE)], READ, HOLD])
        with pytest.raises(BodyTooLargeError):
            asker(max_body_bytes=1000).ask("POST", server.url, self.LARGE, stream=True)

    @pytest.mark.parametrize("then", [[], [["reset"]], [["finish"], ["sleep", 5.0]]])
    def test_a_close_without_an_answer_is_a_lost_connection(
        self, serve: Factory, asker: Factory, then: list[Any]
    ) -> None:
        with pytest.raises(ConnectionLostError):
            asker(timeout=3.0).ask("POST", serve([["sleep", 0.1], *then]).url, self.LARGE)


class TestTimeouts:
    def test_silence_ends_at_the_network_timeout(self, serve: Factory, asker: Factory) -> None:
        with pytest.raises(NetworkTimeoutError):
            asker(network_timeout=0.1).get(serve([READ, HOLD]).url)

    def test_a_body_that_stops_ends_at_the_network_timeout(self, serve: Factory, asker: Factory) -> None:
        with pytest.raises(NetworkTimeoutError):
            asker(network_timeout=0.1).get(serve([READ, ["send", OK[:-1]], HOLD]).url)

    def test_a_drip_without_end_ends_at_the_total_timeout(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["drip", answer(b"x" * 1000), 0.02]])
        with pytest.raises(ResponseTimeoutError):
            asker(network_timeout=5.0, timeout=0.2).get(server.url)

    def test_a_server_that_does_not_read_ends_at_the_network_timeout(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve([["sleep", 2.0]])
        with pytest.raises(NetworkTimeoutError):
            asker(network_timeout=0.1).ask("POST", server.url, b"x" * 50_000_000)

    def test_a_handshake_without_answer_ends_at_the_connection_timeout(
        self, serve: Factory, asker: Factory
    ) -> None:
        server = serve([HOLD])
        with pytest.raises(ConnectTimeoutError):
            asker(connection_timeout=0.1).get(server.url.replace("http:", "https:"))

    def test_a_wait_that_was_long_enough_does_not_shorten_the_next(
        self, serve: Factory, asker: Factory
    ) -> None:
        slow = [["sleep", 0.15], ["send", OK]]
        server = serve([READ, *slow, READ, *slow, READ, *slow, READ, HOLD])
        client = asker(network_timeout=0.3)
        assert [client.get(server.url).status_code for _ in range(3)] == [200] * 3
        with pytest.raises(NetworkTimeoutError):
            client.get(server.url)


def test_nobody_listening_is_a_failed_connection(serve: Factory, asker: Factory) -> None:
    port = serve([]).port
    with pytest.raises(ConnectError):
        asker().get(f"http://127.0.0.2:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "http://",
        "http://x:99999/",
        "http://[::1/",
        "/path",
        "http://a..b/",
        "http://.a/",
        "http://b.%s/" % ("a" * 64),
        "http://ü..b/",
    ],
)
def test_what_is_no_http_url_is_refused(asker: Factory, url: str) -> None:
    with pytest.raises(InvalidTargetError):
        asker().get(url)


class TestEncodings:
    TEXT = b"Mario and Luigi " * 5000

    @pytest.mark.parametrize(
        ("encoding", "body"),
        [
            (b"gzip", gzip.compress(TEXT)),
            (b"gzip", gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])),
            (b"deflate", zlib.compress(TEXT)),
            (b"deflate", zlib.compress(TEXT, wbits=-15)),
            (b"br", brotli.compress(TEXT)),
            (b"GZIP", gzip.compress(TEXT)),
            (b"deflate, gzip", gzip.compress(zlib.compress(TEXT))),
            (b"identity", TEXT),
            (b"unheard-of", TEXT),
        ],
    )
    @pytest.mark.parametrize("stream", [False, True])
    def test_they_are_undone(
        self,
        serve: Factory,
        asker: Factory,
        encoding: bytes,
        body: bytes,
        stream: bool,  # noqa: FBT001
    ) -> None:
        server = serve([READ, ["send", answer(body, b"Content-Encoding: " + encoding)], HOLD])
        assert asker().get(server.url, stream=stream).content == self.TEXT

    @pytest.mark.parametrize(
        ("encoding", "body"),
        [(b"gzip", gzip.compress(TEXT)), (b"deflate", zlib.compress(TEXT)), (b"br", brotli.compress(TEXT))],
    )
    def test_cut_off_or_corrupt_they_fail_the_request(
        self, serve: Factory, asker: Factory, encoding: bytes, body: bytes
    ) -> None:
        for damaged in (body[:-1], body[: len(body) // 2], b"\xff" * 50):
            server = serve([READ, ["send", answer(damaged, b"Content-Encoding: " + encoding)], HOLD])
            with pytest.raises(UndecodableBodyError):
                asker().get(server.url)

    @pytest.mark.parametrize("bomb", [(b"gzip", gzip.compress), (b"br", brotli.compress)])
    def test_what_decodes_to_too_much_is_refused(self, serve: Factory, asker: Factory, bomb: Any) -> None:
        encoding, compress = bomb
        body = compress(bytes(4 << 20))
        server = serve([READ, ["send", answer(body, b"Content-Encoding: " + encoding)], HOLD])
        with pytest.raises(BodyTooLargeError):
            asker().get(server.url)

    @pytest.mark.parametrize("wbits", [-zlib.MAX_WBITS, zlib.MAX_WBITS, 16 + zlib.MAX_WBITS])
    def test_a_body_of_any_size_around_the_decoders_steps_is_whole(self, wbits: int) -> None:
        for size in (step * 65536 + beside for step in (1, 2, 3) for beside in range(-4, 8)):
            encoding = "gzip" if wbits > zlib.MAX_WBITS else "deflate"
            assert decode(zlib.compress(bytes(size), wbits=wbits), encoding, size) == bytes(size)

    def test_an_empty_body_has_nothing_to_undo(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", answer(b"", b"Content-Encoding: gzip")], HOLD])
        assert asker().get(server.url).content == b""


class TestStreams:
    def test_pieces_come_before_the_end_is_there(self, serve: Factory, asker: Factory) -> None:
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        server = serve([READ, ["send", chunked + b"4\r\none\n\r\n"], HOLD])
        response = asker().get(server.url, stream=True)
        assert next(response.iter_lines()) == "one"
        response.close()

    def test_lines_are_cut_at_line_ends_only(self, serve: Factory, asker: Factory) -> None:
        text = "Pizza für Mario\n\nund Peach\nohne Ende"
        server = serve([READ, ["drip", answer(text.encode()), 0.0]])
        assert list(asker().get(server.url, stream=True).iter_lines()) == text.split("\n")

    def test_a_stream_read_to_its_end_gives_the_connection_back(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK], READ, ["send", OK], HOLD])
        client = asker()
        assert list(client.get(server.url, stream=True).iter_content(1, decode_content=False)) == [b"o", b"k"]
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 1

    def test_a_stream_given_up_takes_its_connection_along(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK[:-1]], HOLD], [READ, ["send", OK], HOLD])
        client = asker()
        client.get(server.url, stream=True).close()
        assert client.get(server.url).content == b"ok"
        assert len(server.connections) == 2

    def test_a_stream_cut_off_fails_its_reader(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK[:-1]]])
        response = asker().get(server.url, stream=True)
        with pytest.raises(ConnectionLostError):
            list(response.iter_content(1))

    @pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br"])
    def test_a_stream_that_does_not_decode_takes_its_connection_along(
        self, serve: Factory, asker: Factory, encoding: bytes
    ) -> None:
        begun = answer(b"\xff" * 1000, b"Content-Encoding: " + encoding)[:-100]
        client = asker()
        response = client.get(serve([READ, ["send", begun], HOLD]).url, stream=True)
        [connection] = client.pool._open
        with pytest.raises(UndecodableBodyError):
            list(response.iter_content())
        assert connection.closed

    def test_a_stream_larger_than_the_limit_can_be_iterated_but_not_held(
        self, serve: Factory, asker: Factory
    ) -> None:
        message = answer(b"x" * 3000)
        server = serve([READ, ["send", message], READ, ["send", message], HOLD])
        client = asker(max_body_bytes=2999)
        assert sum(map(len, client.get(server.url, stream=True).iter_content())) == 3000
        response = client.get(server.url, stream=True)
        with pytest.raises(BodyTooLargeError):
            _ = response.content


class TestExpectation:
    CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
    EXPECTING: ClassVar = {"Expect": "100-continue"}

    def test_the_body_follows_when_the_server_wants_it(self, serve: Factory, asker: Factory) -> None:
        head = [["receive"], ["send", self.CONTINUE], ["receive"], ["send", OK]]
        server = serve([*head, READ, ["send", OK], HOLD])
        client = asker()
        response = client.ask("POST", server.url, b"order", headers=self.EXPECTING)
        assert (response.status_code, response.content) == (200, b"ok")
        assert client.get(server.url).content == b"ok"
        [sent] = server.connections
        assert sent.count(b"order") == 1

    @pytest.mark.parametrize("status", [b"417 Expectation Failed", b"200 OK", b"413 Too Large"])
    def test_no_body_is_sent_to_a_server_that_has_answered(
        self, serve: Factory, asker: Factory, status: bytes
    ) -> None:
        server = serve(
            [["receive"], ["send", answer(b"no", status=status)], HOLD], [READ, ["send", OK], HOLD]
        )
        client = asker()
        response = client.ask("POST", server.url, b"order", headers=self.EXPECTING)
        assert response.status_code == int(status[:3])
        assert client.get(server.url).content == b"ok"
        assert b"order" not in b"".join(server.connections)
        assert len(server.connections) == 2

    @pytest.mark.parametrize("patience", [10.0, 0.3])
    def test_a_server_that_never_says_gets_the_body_after_a_second_or_what_patience_there_is(
        self, serve: Factory, asker: Factory, patience: float
    ) -> None:
        server = serve([["receive"], ["receive"], ["send", OK], HOLD])
        response = asker(network_timeout=patience).ask("POST", server.url, b"order", headers=self.EXPECTING)
        assert response.content == b"ok"
        [sent] = server.connections
        assert sent.endswith(b"\r\n\r\norder")

    def test_the_whole_of_it_has_no_more_time_than_any_other(self, serve: Factory, asker: Factory) -> None:
        server = serve([["receive"], HOLD])
        with pytest.raises(ResponseTimeoutError):
            asker(timeout=0.2).ask("POST", server.url, b"order", headers=self.EXPECTING)
        [sent] = server.connections
        assert b"order" not in sent

    def test_without_a_body_there_is_nothing_to_wait_for(self, serve: Factory, asker: Factory) -> None:
        server = serve([READ, ["send", OK], HOLD])
        assert asker().ask("GET", server.url, headers=self.EXPECTING).content == b"ok"


def test_more_codings_than_anybody_uses_are_refused() -> None:
    body = b"order"
    for _ in range(5):
        body = gzip.compress(body)
    assert decode(body, ", ".join(["gzip"] * 5), 1 << 20) == b"order"
    for many in (6, 2000):
        with pytest.raises(UndecodableBodyError, match="more than 5"):
            decode(body, ", ".join(["gzip"] * many), 1 << 20)
