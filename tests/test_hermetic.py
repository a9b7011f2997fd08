"""A test outside `tests/system` that does something real fails."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from time import sleep

import gevent
import pytest


def connect() -> None:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))


def listen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


@pytest.mark.parametrize(
    "real",
    [
        connect,
        listen,
        lambda: subprocess.run([sys.executable, "--version"], check=True),
        lambda: time.sleep(0.001),
        lambda: sleep(0.001),
        lambda: gevent.sleep(0.001),
        lambda: asyncio.run(asyncio.sleep(0.001)),
    ],
    ids=["connect", "listen", "process", "sleep", "sleep by name", "gevent's sleep", "asyncio's sleep"],
)
def test_what_is_real_fails(real: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="is real: move the test to tests/system"):
        real()


def test_letting_others_go_on_is_no_sleep() -> None:
    time.sleep(0)
    gevent.sleep(0)
    asyncio.run(asyncio.sleep(0))
