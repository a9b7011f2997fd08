"""A TCP socket in gevent's event loop. Each wait has a deadline.

gevent's own socket tries, fails and only then waits, and a `gevent.Timeout` starts a timer for each wait.
Here the wait comes first, since a response is rarely there at once. A connection has one timer, set again
only when it goes off, and is watched for bytes all the time, so that no wait has to begin by watching.
"""

from __future__ import annotations

import _socket  # the C socket, whatever the socket module has been patched to
import math
import select
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import ref

from gevent import get_hub, getcurrent
from gevent.monkey import get_original
from greenlet import greenlet

from mario_perf.load.http1.http_errors import (
    ConnectionLostError,
    NetworkTimeoutError,
    NothingSentError,
    RequestError,
    ResponseTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gevent.socket import socket as GeventSocket  # noqa: N812

_CHUNK = 65536
_NOTHING = memoryview(b"")
_switch = greenlet.switch  # the hub's own looks for a method that none of Locust's greenlets has
_READ, _WRITE = 1, 2
_poll = get_original("select", "poll")
_thread = get_original("_thread", "get_ident")


class Transport:
    """A connected socket that sends, receives, and gives up.

    Attributes:
        closed: Whether `close` has been called.
        on_close: Called when the socket has been closed, by `close` or as garbage. It must not hold this.
        network_timeout: Seconds that one wait may last.
        end: The `perf_counter` reading at which all waiting ends.
    """

    __slots__ = (
        "__weakref__", "_deadline", "_either", "_hub", "_note", "_pending", "_readable", "_socket", "_timer",
        "_timer_due", "_waiting", "_writable", "closed", "end", "network_timeout", "on_close",
    )  # fmt: skip

    def __init__(self, connected: GeventSocket, network_timeout: float) -> None:
        """Take over the descriptor of a connected gevent socket."""
        family, kind, protocol = connected.family, connected.type, connected.proto
        self._socket = _socket.socket(family, kind, protocol, fileno=connected.detach())
        self._socket.settimeout(0.0)
        self._hub = get_hub()
        descriptor = self._socket.fileno()
        self._readable = self._hub.loop.io(descriptor, _READ)
        self._note = partial(_note, ref(self))  # an active watcher keeps its callback, which must not keep us
        self._writable = self._hub.loop.io(descriptor, _WRITE)
        self._either = self._hub.loop.io(descriptor, _READ | _WRITE)
        self._pending = _poll()
        self._pending.register(descriptor, select.POLLIN)
        self._timer: Any = None
        self._timer_due = self._deadline = self.end = math.inf
        self._waiting: Any = None
        self.closed = False
        self.on_close: Callable[[], object] | None = None
        self.network_timeout = network_timeout

    def send(self, data: bytes) -> memoryview:
        """Send what of `data` is taken at once, and give the rest.

        Raises:
            NothingSentError: The connection is gone.
        """
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise NothingSentError(error.strerror) from None
        return _NOTHING if sent == len(data) else memoryview(data)[sent:]

    def send_more(self, rest: memoryview) -> memoryview:
        """Wait until more is taken, or until there is something to receive, and give what is left.

        Raises:
            NetworkTimeoutError: Neither came for `network_timeout`.
            ResponseTimeoutError: `end` has come.
            ConnectionLostError: The connection is gone.
        """
        self._wait(self._either)
        return rest[self._send_now(rest) :]

    def send_all(self, data: bytes) -> None:
        """Send all of `data`, whatever there is to receive. Raises as `send_more` does."""
        rest = memoryview(data)
        while rest := rest[self._send_now(rest) :]:
            self._wait(self._writable)

    def receive(self) -> bytes:
        """Wait for bytes; b"" when the peer has closed. Raises as `send_more` does."""
        while True:
            self._wait_for_bytes()
            try:
                return self._socket.recv(_CHUNK)
            except BlockingIOError:
                continue  # woken for nothing
            except OSError as error:
                raise ConnectionLostError(error.strerror) from None

    def receive_now(self) -> bytes | None:
        """Receive without waiting: bytes, b"" if the peer is gone, None if nothing has come."""
        if not self._pending.poll(0):
            return None
        try:
            return self._socket.recv(_CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def close(self) -> None:
        """Close the socket. A greenlet that waits on it gets a `ConnectionLostError`."""
        if self.closed:
            return
        self.closed = True
        if self._timer is not None:
            self._timer.close()
        if self._waiting is not None:
            self._hub.loop.run_callback(self._interrupt, ConnectionLostError("closed on this side"))
        for watcher in (self._readable, self._writable, self._either):
            watcher.stop()
            watcher.close()
        self._socket.close()
        if self.on_close is not None:
            self.on_close()

    def __del__(self) -> None:
        if not hasattr(self, "closed") or self.closed:
            return
        if _thread() == self._hub.thread_ident:
            self.close()
        else:  # garbage is collected in any thread, but an event loop and its watchers belong to theirs
            self._hub.loop.run_callback_threadsafe(self.close)

    def _send_now(self, data: memoryview) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise ConnectionLostError(error.strerror) from None

    def _wait_for_bytes(self) -> None:
        current = self._begin_to_wait()
        watcher = self._readable
        if watcher.active:
            watcher.callback = current.switch
        else:
            watcher.start(current.switch)
        try:
            _switch(self._hub)
        finally:
            self._waiting = None
            if not self.closed:
                watcher.callback = self._note

    def _wait(self, watcher: Any) -> None:  # noqa: ANN401 - gevent gives its watchers no public type
        watcher.start(self._begin_to_wait().switch)
        try:
            _switch(self._hub)
        finally:
            self._waiting = None
            if not self.closed:
                watcher.stop()

    def note_bytes(self) -> None:
        """Called by the event loop: bytes came, or the peer closed, while no greenlet waited."""
        self._readable.stop()  # else it would be called until the bytes are read

    def _begin_to_wait(self) -> Any:  # noqa: ANN401 - gevent types no current greenlet
        if self.closed:
            raise ConnectionLostError("closed on this side")
        deadline = perf_counter() + self.network_timeout
        if deadline > self.end:  # noqa: PLR1730 - min() costs a call
            deadline = self.end
        self._deadline = deadline
        if deadline < self._timer_due:
            self._set_timer()
        self._waiting = current = getcurrent()
        return current

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
        self._timer_due = self._deadline
        self._timer = self._hub.loop.timer(max(0.0, self._deadline - perf_counter()), ref=False)
        self._timer.start(partial(_expire, ref(self)))  # as with `_note`

    def _interrupt(self, error: RequestError) -> None:
        """Called by the event loop: raise `error` in the greenlet that waits, if one does."""
        if self._waiting is not None:
            self._waiting.throw(error)

    def check_deadline(self) -> None:
        """Called by the event loop: a wait may have been too long."""
        self._timer_due = math.inf
        if self._waiting is None:
            return
        if perf_counter() < self._deadline:
            self._set_timer()
        elif self._deadline == self.end:
            self._interrupt(ResponseTimeoutError("the whole response took too long"))
        else:
            self._interrupt(NetworkTimeoutError("nothing sent or received"))


def _note(transport: ref[Transport]) -> None:
    known = transport()
    if known is not None:
        known.note_bytes()


def _expire(transport: ref[Transport]) -> None:
    known = transport()
    if known is not None:
        known.check_deadline()
