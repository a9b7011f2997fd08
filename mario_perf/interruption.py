"""What Ctrl-C, SIGTERM and SIGHUP do to a command: nothing that was started is left, whenever they come."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_EXIT_CODE: Final = 130

_SAME_SIGNAL_SECONDS: Final = 0.5
"""Seconds in which signals count as one: a key that is held down, or a terminal that sends two at its end."""


@dataclass(slots=True)
class _SignalState:
    """Signals of this process. ``last`` is when one was raised, by the monotonic clock."""

    last: float | None = None
    deferring: int = 0
    waiting: bool = False


_state = _SignalState()


def end_at_once() -> None:
    """End at a signal without unwinding. Nothing is started yet, and an import must not end in a traceback.

    An import may also swallow ``KeyboardInterrupt``, or turn it into another error.
    """
    _listen(_end)


def unwind() -> None:
    """Raise ``KeyboardInterrupt`` at a signal from now on: each context manager stops what it started."""
    _listen(_interrupt)


def ignore() -> None:
    """Let signals do nothing: all is done, and the exit code is known."""
    _listen(signal.SIG_IGN)


def cause_of(error: BaseException) -> BaseException:
    """The interrupt that an error comes from, if a signal came; else the error itself.

    A terminal that is closed, a child that got the same signal, and click turn it into another error.
    """
    if _state.last is None:
        return error
    each: BaseException | None = error
    while each is not None and not isinstance(each, KeyboardInterrupt):
        each = each.__cause__ or each.__context__
    return each or KeyboardInterrupt()


@contextmanager
def deferred() -> Iterator[None]:
    """Let signals wait until the block has ended. For a short clean-up that must be whole.

    What the block starts does not get them, either: Ctrl-C goes to all processes of a terminal.
    """
    _state.deferring += 1
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        finally:
            _state.deferring -= 1
        if _state.waiting and not _state.deferring:
            _state.waiting = False
            _raise()


def _listen(handler: signal._HANDLER) -> None:
    """Let a signal do this; one that the parent has turned off stays off, as ``nohup`` does it."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a handler's signature
    os.write(2, b"mario-perf: interrupted before anything was started\n")
    os._exit(_EXIT_CODE)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    if _state.deferring:  # another thread than the main one was chosen to get it
        _state.waiting = True
    elif _state.last is None or time.monotonic() - _state.last > _SAME_SIGNAL_SECONDS:
        _raise()


def _raise() -> NoReturn:
    _state.last = time.monotonic()
    raise KeyboardInterrupt
