"""A receiver over real connections: what exporters send, and what no exporter should."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

from mario_perf.errors import UserError
from mario_perf.otlp.receiver import receive
from mario_perf.sources.connection import Connection
from mario_perf.sources.metric_inventory import list_histograms
from tests.otlp.pushes import SECOND, as_json, counter, histogram, push

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.otlp.receiver import OtlpReceiver

PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with receive() as receiving:
        yield receiving


def now() -> tuple[int, int]:
    """A process that began long ago and pushes counts of the next minute."""
    return 1, time.time_ns() // SECOND + 60


def post(receiver: OtlpReceiver, body: bytes, path: str = "/v1/metrics", **headers: str) -> httpx.Response:
    return httpx.post(f"{receiver.url}{path}", content=body, headers={**PROTOBUF, **headers}, timeout=20)


def ended(client: socket.socket) -> bool:
    """Send one more byte of a head; whether the other side has closed the connection."""
    client.settimeout(0.1)
    try:
        client.sendall(b"x")
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_plain_compressed_and_chunked_bodies_are_taken(receiver: OtlpReceiver) -> None:
    body = push(counter(7, at=now()))
    assert post(receiver, body, "/a/v1/metrics").status_code == 200
    packed = gzip.compress(body)
    assert post(receiver, packed, "/b/v1/metrics", **{"Content-Encoding": "gzip"}).status_code == 200
    pieces = iter([packed[:9], packed[9:]])
    headers = {**PROTOBUF, "Content-Encoding": "gzip"}
    assert httpx.post(f"{receiver.url}/c/v1/metrics", content=pieces, headers=headers).status_code == 200
    for name in "abc":
        assert "orders_total 7.0" in httpx.get(receiver.page_url(name)).text


def test_json_is_taken_and_answered_in_json(receiver: OtlpReceiver) -> None:
    body = as_json(push(counter(7, at=now())))
    answer = post(receiver, body, **{"Content-Type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (
        200,
        "application/json",
        {},
    )
    assert "orders_total 7.0" in httpx.get(receiver.page_url("")).text


def test_grpc_is_refused_and_the_page_names_the_exporters_setting(receiver: OtlpReceiver) -> None:
    assert httpx.get(receiver.page_url(""), timeout=20).status_code == 200
    with socket.create_connection(("127.0.0.1", httpx.URL(receiver.url).port or 0), timeout=20) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert b"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in said
    page = httpx.get(receiver.page_url(""), timeout=20)
    assert page.status_code == 503
    assert "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in page.text


def test_init_reads_the_page_and_knows_that_it_was_pushed(receiver: OtlpReceiver) -> None:
    post(receiver, push(histogram([0.1, 1.0], [4, 3, 2], at=now(), labels={"http.route": "/orders"})))
    inventory = list_histograms(Connection(receiver.page_url("")))
    assert inventory.pushed
    assert [(each.name, each.counts) for each in inventory.histograms] == [
        ("http_server_request_duration_seconds", (9.0,))
    ]


def test_traces_and_logs_are_taken_and_dropped(receiver: OtlpReceiver) -> None:
    assert {post(receiver, b"x", f"/v1/{kind}").status_code for kind in ("traces", "logs")} == {200}


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        (b"x", {"Content-Type": "application/grpc"}, 415, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"),
        (b"{]", {"Content-Type": "application/json"}, 400, "no JSON of metrics"),
        (b"x", {"Content-Encoding": "zstd"}, 415, "OTEL_EXPORTER_OTLP_COMPRESSION=gzip"),
        (b"no message", {}, 400, "unreadable metrics"),
        (b"no gzip", {"Content-Encoding": "gzip"}, 400, "damaged compression"),
        (gzip.compress(bytes(1 << 27)), {"Content-Encoding": "gzip"}, 400, "more than 64 MiB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    receiver: OtlpReceiver, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answer = post(receiver, body, **headers)
    assert answer.status_code == status
    assert said in answer.text


def test_a_body_that_promises_too_much_is_refused_before_it_comes(receiver: OtlpReceiver) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(receiver.url).port or 0), timeout=20) as client:
        head = "POST /v1/metrics HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
        client.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("head", [b"POST /v1/metrics HT", b"GET /metrics HTTP/1.1\r\nA: ", b"G"])
def test_a_head_that_drips_ends_its_connection(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr("mario_perf.otlp.receiver._EXCHANGE", 0.3)
    with socket.create_connection(("127.0.0.1", httpx.URL(receiver.url).port or 0), timeout=20) as client:
        client.sendall(head)
        assert any(ended(client) for _ in range(200))
    assert post(receiver, push(counter(7, at=now()))).status_code == 200


def test_more_connections_than_any_service_has_are_closed_and_those_that_are_open_are_served(
    receiver: OtlpReceiver,
) -> None:
    port = httpx.URL(receiver.url).port or 0
    with ExitStack() as stack:
        connect = (socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(80))
        clients = [stack.enter_context(client) for client in connect]
        assert [client.recv(1) for client in clients[64:]] == [b""] * 16
        clients[0].sendall(b"GET /nowhere HTTP/1.1\r\n\r\n")
        assert clients[0].recv(100).startswith(b"HTTP/1.1 404")


def test_it_listens_on_loopback_alone(receiver: OtlpReceiver) -> None:
    port = httpx.URL(receiver.url).port or 0
    assert receiver.url == f"http://127.0.0.1:{port}"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=20)


def test_a_page_waits_for_counts_that_are_as_new_as_its_request(receiver: OtlpReceiver) -> None:
    post(receiver, push(counter(1, at=(1, time.time_ns() // SECOND - 5))))
    with httpx.Client() as client:
        late = client.get(receiver.page_url(""), timeout=20)
    assert late.status_code == 503
    assert "OTEL_METRIC_EXPORT_INTERVAL=250" in late.text
    post(receiver, push(counter(2, at=now())))
    assert "orders_total 2.0" in httpx.get(receiver.page_url("")).text


def test_a_process_that_ended_keeps_its_counts_and_is_not_waited_for(receiver: OtlpReceiver) -> None:
    post(receiver, push(counter(1, at=(1, time.time_ns() // SECOND - 5))))
    post(receiver, push(counter(2, at=(2, now()[1]))))
    assert "orders_total 3.0" in httpx.get(receiver.page_url(""), timeout=20).text


def test_a_port_that_is_taken_is_said(receiver: OtlpReceiver) -> None:
    port = httpx.URL(receiver.url).port or 0
    with pytest.raises(UserError, match=f"port {port} cannot be used for OTLP"), receive(port):
        pass
