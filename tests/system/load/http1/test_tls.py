"""TLS: verified by default, and by names."""

import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
import pytest

from mario_perf.load.http1.client import Client
from mario_perf.load.http1.connection_pool import ConnectionPool
from mario_perf.load.http1.http_errors import ConnectionLostError, TlsError

Factory = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
READ: list[Any] = ["read"]
HOLD: list[Any] = ["hold"]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for `localhost`, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run([*command.split(), *names], check=True, capture_output=True, timeout=60)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


@pytest.fixture
def trusting(asker: Factory, certificate: Path) -> Any:
    """A client that knows the certificate."""
    client = asker()
    limits = client.client.limits
    client.pool = ConnectionPool(limits, lambda: ssl.create_default_context(cafile=str(certificate)))
    client.client = Client(client.pool, limits, 5)
    return client


def test_an_unknown_certificate_is_refused(serve: Factory, asker: Factory, certificate: Path) -> None:
    server = serve([READ, ["send", OK]], tls=certificate)
    with pytest.raises(TlsError, match="self-signed"):
        asker().get(server.url)


def test_an_unknown_certificate_will_do_when_told_so(
    serve: Factory, asker: Factory, certificate: Path
) -> None:
    server = serve([READ, ["send", OK]], tls=certificate)
    assert asker(insecure=True).get(server.url).content == b"ok"


def test_a_known_certificate_holds_for_its_name_only(
    serve: Factory, trusting: Any, certificate: Path
) -> None:
    server = serve([READ, ["send", OK], HOLD], tls=certificate)
    assert trusting.get(server.url).content == b"ok"
    with pytest.raises(TlsError, match="IP address mismatch"):
        trusting.get(server.url.replace("localhost", "127.0.0.1"))


def test_requests_follow_each_other_and_large_bodies_pass(
    serve: Factory, trusting: Any, certificate: Path
) -> None:
    body = b"x" * 500_000
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + body
    server = serve([READ, ["send", OK], READ, ["send", large], HOLD], tls=certificate)
    trusting.get(server.url)
    assert trusting.ask("POST", server.url, body).content == body
    assert len(server.connections) == 1


@pytest.mark.parametrize("then", [[], [["sleep", 5.0]]])
def test_a_refusal_in_the_middle_of_a_request_is_the_response(
    serve: Factory, trusting: Any, certificate: Path, then: list[Any]
) -> None:
    reason = b"too large" * 10_000  # many TLS records
    refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: %d\r\n\r\n%b" % (len(reason), reason)
    server = serve([["send", refusal], *then], [READ, ["send", OK], HOLD], tls=certificate)
    response = trusting.ask("POST", server.url, b"x" * 20_000_000)
    assert (response.status_code, response.content) == (413, reason)
    assert trusting.ask("POST", server.url, b"small").content == b"ok"


def test_a_large_request_is_taken_whole(serve: Factory, trusting: Any, certificate: Path) -> None:
    server = serve([["sleep", 0.1], READ, ["send", OK], HOLD], tls=certificate)
    assert trusting.ask("POST", server.url, b"x" * 20_000_000).content == b"ok"
    assert server.connections[0].count(b"x" * 1000) == 20_000


def test_a_connection_closed_while_idle_costs_nobody_a_request(
    serve: Factory, trusting: Any, certificate: Path
) -> None:
    server = serve([READ, ["send", OK]], [READ, ["send", OK], HOLD], tls=certificate)
    trusting.get(server.url)
    trusting.get(serve([READ, ["sleep", 0.1], ["send", OK]]).url)  # by now the close has come in
    assert trusting.ask("POST", server.url, b"order").content == b"ok"
    assert len(server.connections) == 2


def test_a_response_that_nobody_asked_for_is_never_taken_for_the_next(
    serve: Factory, trusting: Any, certificate: Path
) -> None:
    more = OK.replace(b"ok", b"no")
    server = serve([READ, ["together", OK, more], HOLD], [READ, ["send", OK], HOLD], tls=certificate)
    assert trusting.get(server.url).content == b"ok"
    assert trusting.get(server.url).content == b"ok"
    assert len(server.connections) == 2


@pytest.mark.parametrize("body", [b"order", b"x" * 20_000_000])
@pytest.mark.parametrize("then", [[READ], [["receive"]], [["receive"], ["reset"]]])
def test_post_is_not_sent_again_once_it_has_left(
    serve: Factory, trusting: Any, certificate: Path, body: bytes, then: list[Any]
) -> None:
    server = serve([READ, ["send", OK], *then], [READ, ["send", OK], HOLD], tls=certificate)
    trusting.get(server.url)
    with pytest.raises(ConnectionLostError):
        trusting.ask("POST", server.url, body)
    assert len(server.connections) == 1


def test_nor_when_the_server_has_gone_before_it_can_be_told_what_was_wrong(
    serve: Factory, trusting: Any, certificate: Path
) -> None:
    wrong = [READ, ["sleep", 0.15], ["beneath", b"no record of TLS"], ["reset"]]
    server = serve([READ, ["send", OK], *wrong], [READ, ["send", OK], HOLD], tls=certificate)
    trusting.get(server.url)
    gevent.spawn_later(0.05, time.sleep, 0.3)  # stops the event loop until both have come, bytes and reset
    with pytest.raises(ConnectionLostError):
        trusting.ask("POST", server.url, b"order")
    assert len(server.connections) == 1


@pytest.mark.parametrize("end", ["leave", "reset"])
def test_a_body_that_ends_without_goodbye_may_be_cut_off(
    serve: Factory, trusting: Any, certificate: Path, end: str
) -> None:
    server = serve([READ, ["send", b"HTTP/1.1 200 OK\r\n\r\npart"], [end]], tls=certificate)
    with pytest.raises(ConnectionLostError):
        trusting.get(server.url)


def test_a_body_that_ends_with_goodbye_is_whole(serve: Factory, trusting: Any, certificate: Path) -> None:
    server = serve([READ, ["send", b"HTTP/1.1 200 OK\r\n\r\nwhole"]], tls=certificate)
    assert trusting.get(server.url).content == b"whole"


def test_a_server_without_tls_fails_the_handshake(serve: Factory, asker: Factory) -> None:
    for steps in ([["send", b"HTTP/1.1 400 Bad Request\r\n\r\n"]], []):
        with pytest.raises(TlsError):
            asker().get(serve(steps).url.replace("http:", "https:"))
