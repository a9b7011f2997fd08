"""No process, no socket, no real sleep: what a test outside `tests/system` may not do."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

_REAL: Final = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendto",
    "subprocess.Popen",
}
"""Events of Python's audit, whichever library causes them."""


class _Guard:
    """Python can add an audit hook, but never remove it."""

    def __init__(self) -> None:
        self.on = False
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: tuple[Any, ...]) -> None:
        if self.on and event in _REAL:
            _refuse(event)


_GUARD: Final = _Guard()


@contextmanager
def guarded() -> Iterator[None]:
    """Fail a test that does any of it."""
    _GUARD.on = True
    try:
        with pytest.MonkeyPatch.context() as patch:
            for module, replacement in _sleep_functions(len(sys.modules)):
                patch.setattr(module, "sleep", replacement)
            yield
    finally:
        _GUARD.on = False


@lru_cache(maxsize=1)
def _sleep_functions(_: int) -> list[tuple[ModuleType, Callable[..., Any]]]:
    """Each module that has a ``sleep``, also one it has imported by name, with what replaces it.

    To look at all modules takes 3 ms, so it happens only when their number has changed.
    """
    replacements = {
        sys.modules[name].sleep: _no_sleep(f"{name}.sleep", sys.modules[name].sleep)
        for name in ("asyncio", "gevent", "time")
        if name in sys.modules
    }
    return [
        (module, replacements[sleep])
        for module in list(sys.modules.values())
        if callable(sleep := getattr(module, "__dict__", {}).get("sleep")) and sleep in replacements
    ]


def _no_sleep(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def sleep(seconds: float = 0.0, *arguments: Any, **options: Any) -> Any:
        return _refuse(name) if seconds > 0 else real(seconds, *arguments, **options)

    return sleep


def _refuse(what: str) -> None:
    pytest.fail(f"{what} is real: move the test to tests/system, or use virtual_time")
