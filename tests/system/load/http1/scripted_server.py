"""A server that does what it is told, byte by byte: run as a process of its own, told over a control socket.

One JSON object a line. `{"open": [[step, ...], ...], "family": "inet"|"inet6", "tls": path|null}` listens and
answers `{"port": n}`; the n-th connection plays the n-th list of steps, and those beyond play the last.
`{"seen": port}` answers `{"connections": [what each has sent, in base64]}`.

Steps: ["read"] one request; ["receive"] something; ["send", base64]; ["drip", base64, seconds] byte by byte;
["repeat", base64, times]; ["together", base64, ...] in one segment, by TLS in a record each;
["beneath", base64] TLS; ["sleep", seconds]; ["finish"] sending, but not receiving; ["reset"] instead of a
goodbye; ["leave"] without TLS's goodbye; ["hold"] until the client closes; ["serve", base64] for each request
until then. At the end of its steps a connection is closed.
"""

import base64
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable

LONGEST_HOLD = 20.0


class Listener:
    """One listening socket with its script."""

    def __init__(self, scripts: list[list[list[object]]], family: str, tls: str | None) -> None:
        address = ("::1" if family == "inet6" else "127.0.0.1", 0)
        self._socket = socket.create_server(
            address, family=socket.AF_INET6 if family == "inet6" else socket.AF_INET
        )
        self.port: int = self._socket.getsockname()[1]
        self.seen: list[bytearray] = []
        self._scripts = scripts
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self._context and tls:
            self._context.load_cert_chain(tls)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            script = self._scripts[min(len(self.seen), len(self._scripts) - 1)]
            self.seen.append(bytearray())
            threading.Thread(target=self._play, args=(connection, script, self.seen[-1]), daemon=True).start()

    def _play(self, connection: socket.socket, script: list[list[object]], seen: bytearray) -> None:
        connection.settimeout(LONGEST_HOLD)
        secure: ssl.SSLSocket | None = None
        try:
            if self._context:
                connection = secure = self._context.wrap_socket(connection, server_side=True)
            for name, *arguments in script:
                STEPS[str(name)](connection, seen, *arguments)
            if secure and script[-1] not in (["reset"], ["leave"]):
                secure.unwrap()
        except OSError:
            pass
        finally:
            connection.close()


def read(connection: socket.socket, seen: bytearray) -> None:
    start = len(seen)
    while b"\r\n\r\n" not in seen[start:]:
        receive(connection, seen)
    head, _, body = bytes(seen[start:]).partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    missing = (int(lengths[0].split(b":")[1]) if lengths else 0) - len(body)
    while missing > 0:
        missing -= receive(connection, seen)


def receive(connection: socket.socket, seen: bytearray) -> int:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    seen += data
    return len(data)


def send(connection: socket.socket, _: bytearray, data: str) -> None:
    connection.sendall(base64.b64decode(data))


def drip(connection: socket.socket, _: bytearray, data: str, seconds: float) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in base64.b64decode(data):
        connection.sendall(bytes([byte]))
        time.sleep(seconds)


def repeat(connection: socket.socket, _: bytearray, data: str, times: int) -> None:
    for _turn in range(times):
        connection.sendall(base64.b64decode(data))


def together(connection: socket.socket, _: bytearray, *parts: str) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    for part in parts:
        connection.sendall(base64.b64decode(part))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


def beneath(connection: socket.socket, _: bytearray, data: str) -> None:
    socket.socket.sendall(connection, base64.b64decode(data))


def sleep(_connection: socket.socket, _: bytearray, seconds: float) -> None:
    time.sleep(seconds)


def reset(connection: socket.socket, _: bytearray) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def leave(_connection: socket.socket, _: bytearray) -> None:
    """What is left out is left out by `_play`."""


def finish(connection: socket.socket, _: bytearray) -> None:
    connection.shutdown(socket.SHUT_WR)


def hold(connection: socket.socket, seen: bytearray) -> None:
    while True:
        receive(connection, seen)


def serve(connection: socket.socket, seen: bytearray, data: str) -> None:
    while True:
        read(connection, seen)
        connection.sendall(base64.b64decode(data))


STEPS: dict[str, Callable[..., object]] = {
    f.__name__: f
    for f in (read, receive, send, drip, repeat, together, beneath, sleep, finish, reset, leave, hold, serve)
}


def main() -> None:
    control = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{control.getsockname()[1]}\n")
    sys.stdout.flush()
    lines = control.accept()[0].makefile("rw")
    listeners: dict[int, Listener] = {}
    for line in lines:
        order = json.loads(line)
        if "open" in order:
            listener = Listener(order["open"], order["family"], order["tls"])
            listeners[listener.port] = listener
            answer: object = {"port": listener.port}
        else:
            seen = listeners[order["seen"]].seen
            answer = {"connections": [base64.b64encode(data).decode() for data in seen]}
        lines.write(json.dumps(answer) + "\n")
        lines.flush()


if __name__ == "__main__":
    main()
