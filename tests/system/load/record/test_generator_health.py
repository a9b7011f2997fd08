"""How much of a core the load generator needs, whatever the machine gives it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

import gevent

from mario_perf.load.record.generator_health import GeneratorHealth


@contextmanager
def a_core_shared() -> Iterator[None]:
    """This thread has one core, and another process wants it all the time."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    rival = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        rival.kill()
        rival.wait()
        os.sched_setaffinity(0, cores)


def test_a_loop_without_an_idle_moment_needs_a_whole_core_that_others_share() -> None:
    health = GeneratorHealth()
    with a_core_shared():
        health.start()
        end = thread_time() + 0.3
        while thread_time() < end:
            pass
        health.stop()
    assert health.figures.cpu_utilisation > 0.9


def test_an_idle_loop_needs_little_of_a_core_that_others_share() -> None:
    health = GeneratorHealth()
    with a_core_shared():
        health.start()
        gevent.sleep(0.3)
        health.stop()
    assert health.figures.cpu_utilisation < 0.9
