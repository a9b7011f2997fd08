"""Workers of ``--processes`` end with the process that forked them, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Let each process that is forked from now on be killed when its parent is gone. Linux only.

    Else it looks for its master for a minute, and writes into the log of the next run.
    """
    if sys.platform == "linux":
        os.register_at_fork(after_in_child=_ask_for_signal)


def _ask_for_signal() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
