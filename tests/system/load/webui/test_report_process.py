"""The process that writes the report ends with what asked for it."""

import sys
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

import gevent
import pytest

from mario_perf.load.webui import service_tab


def test_a_process_that_is_being_started_does_not_outlive_its_greenlet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[Popen[str]] = []

    def start(*_: Any) -> Popen[str]:
        started.append(Popen([sys.executable, "-c", "input()"], stdin=PIPE, stdout=DEVNULL, text=True))
        gevent.sleep(0.05)  # as gevent's own Popen waits, until the program runs
        return started[0]

    monkeypatch.setattr(service_tab, "_python", start)
    writing = gevent.spawn(service_tab._run_to_end, "mario_perf", "compare")
    gevent.sleep(0.01)
    assert started
    writing.kill(timeout=10)
    try:
        assert started[0].wait(timeout=10) == -9
    finally:
        started[0].kill()
        started[0].communicate()
