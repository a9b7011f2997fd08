"""Ports of what a gate starts."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mario_perf.builds import build as build_module
from mario_perf.builds import ports
from mario_perf.builds.build import Build, serve
from mario_perf.builds.git import Checkout
from mario_perf.builds.ports import PortTakenError, free_port, retry_on_other_ports, says_port_taken
from mario_perf.configuration.policy import Service


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    ports._candidates.cache_clear()
    yield
    ports._candidates.cache_clear()


def ranges(monkeypatch: pytest.MonkeyPatch, folder: Path, said: str) -> None:
    file = folder / "range"
    file.write_text(said)
    monkeypatch.setattr(ports, "_RANGE", file)


def test_no_port_is_one_that_the_system_gives_to_connections_and_none_comes_twice() -> None:
    lowest, highest = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    drawn = {free_port() for _ in range(200)}
    assert not [port for port in drawn if lowest <= port <= highest]
    assert len(drawn) == 200


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ("32768\t60999\n", [*range(10_240, 32_768), *range(61_000, 65_536)]),
        ("1024 65535", []),
        ("unreadable", range(10_240, 49_152)),
    ],
)
def test_the_range_is_read_and_else_that_of_the_iana(
    said: str, allowed: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ranges(monkeypatch, tmp_path, said)
    assert list(ports._candidates()) == list(allowed)


def test_where_all_ports_are_for_connections_one_is_found_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ranges(monkeypatch, tmp_path, "1024 65535")
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0


def test_a_port_on_which_somebody_listens_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(ports, "_candidates", lambda: (port,))
        assert free_port() != port
    monkeypatch.undo()


@pytest.mark.parametrize(
    "said",
    [
        "OSError: [Errno 98] Address already in use",
        "Error: listen EADDRINUSE: address already in use 127.0.0.1:4711",
        "listen tcp 127.0.0.1:4711: bind: address already in use",
        "Web server failed to start. Port 4711 was already in use.",
    ],
)
def test_what_python_node_go_and_spring_say_of_a_taken_port_is_understood(said: str) -> None:
    assert says_port_taken(said)
    assert not says_port_taken("no such table: address")


def test_a_start_is_tried_twice_and_not_three_times() -> None:
    tried = []

    @contextmanager
    def start() -> Iterator[int]:
        tried.append(free_port())
        raise PortTakenError("taken")
        yield 0

    with pytest.raises(PortTakenError, match="taken"), retry_on_other_ports(start):
        pass
    assert len(set(tried)) == 2


def test_an_error_of_the_block_starts_nothing_again() -> None:
    tried = []

    @contextmanager
    def start() -> Iterator[None]:
        tried.append(1)
        yield

    with pytest.raises(PortTakenError), retry_on_other_ports(start):
        raise PortTakenError("of something else")
    assert len(tried) == 1


def test_a_service_whose_port_is_taken_while_it_starts_is_started_on_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn: list[int] = []

    def draw() -> int:
        drawn.append(taken.getsockname()[1] if not drawn else free_port())
        return drawn[-1]

    monkeypatch.setattr(build_module, "free_port", draw)
    start = (sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1")
    made = Build("candidate", Checkout(tmp_path, "abc"), Service(start=start, ready="/"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with serve((made,), 1, tmp_path / "round-1") as (instance,):
            assert [instance.port] == drawn[1:]
