"""Standard output and error that never fail: a verdict must survive its own printing."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_OUTPUT: Final = 1
_ERROR: Final = 2

_LONGEST: Final = 5.0
"""Seconds to wait for a reader of a stream that does not block."""


class LossyOutput(io.RawIOBase):
    """Writes to a descriptor until that fails. What comes later is dropped, and ``loss`` says why."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.loss: OSError | None = None

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """Whether a person reads it."""
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        """The descriptor, for the width of the terminal."""
        return self._descriptor

    def write(self, data: ReadableBuffer, /) -> int:
        """Write some of the data, or drop all of it."""
        size = memoryview(data).nbytes
        if self.loss is not None:
            return size
        try:
            return self._write(data)
        except OSError as error:
            self.loss = error
            return size

    def _write(self, data: ReadableBuffer) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            select.select([], [self._descriptor], [], _LONGEST)
            return os.write(self._descriptor, data)


def protect() -> None:
    """Replace both streams. A closed one becomes the null device, so that no file gets its descriptor."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _ERROR:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its only parameter
    os.close(descriptor)
    sys.stdout, sys.stderr = _stream(_OUTPUT, sys.stdout), _stream(_ERROR, sys.stderr)


def lost_output() -> OSError | None:
    """Why standard output is incomplete. A reader that has seen enough (``| head``) does not count."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    loss = raw.loss if isinstance(raw, LossyOutput) else None
    return None if loss is None or loss.errno == errno.EPIPE else loss


def _stream(descriptor: int, old: TextIO | None) -> TextIO:
    """A text stream; a character that the encoding does not have becomes ``?``."""
    encoding = old.encoding if old is not None else "utf-8"
    raw = LossyOutput(descriptor)
    at_once = descriptor == _ERROR or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors="replace", line_buffering=at_once)
