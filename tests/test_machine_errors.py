"""What the machine refuses is named with its file and what to do, whatever error it has become."""

from __future__ import annotations

import errno
import os

import pytest

from mario_perf.errors import UserError
from mario_perf.machine_errors import MachineError, explain


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "No space left on device; make room"),
        (errno.EDQUOT, "make room in your quota"),
        (errno.EROFS, "give another place"),
        (errno.EACCES, "correct its permissions"),
        (errno.EPERM, "correct its permissions"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EFBIG, "ulimit -f"),
        (errno.ENFILE, "end other programs"),
        (errno.ENOMEM, "more memory"),
    ],
)
def test_a_refusal_names_the_file_and_the_cause(number: int, advice: str) -> None:
    explained = explain(OSError(number, os.strerror(number), "runs/x"))
    assert isinstance(explained, MachineError)
    assert str(explained).startswith(f"runs/x: {os.strerror(number)}; ")
    assert advice in str(explained)


def test_a_refusal_is_found_behind_other_errors() -> None:
    error = RuntimeError("the environment could not be made")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert str(explain(error)).startswith("No space left on device; ")


@pytest.mark.parametrize("error", [ValueError("x"), FileNotFoundError(errno.ENOENT, "x"), UserError("said")])
def test_other_errors_stay(error: Exception) -> None:
    assert explain(error) is error


def test_memory_that_is_used_up_is_named() -> None:
    assert "memory" in str(explain(MemoryError()))
