"""What a service uses is that of its process and of all that it started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf.load.record import process_tree

if TYPE_CHECKING:
    from pathlib import Path

PAGE, TICKS = process_tree._PAGE, process_tree._TICKS


def process(proc: Path, pid: int, ticks: tuple[int, ...], *, children: tuple[int, ...] = ()) -> None:
    """As the kernel shows it: 2 threads, 3 open files, 10 pages in memory; its name has a bracket."""
    folder = proc / str(pid)
    (folder / "task" / str(pid)).mkdir(parents=True)
    (folder / "task" / str(pid) / "children").write_text("".join(f"{each} " for each in children))
    (folder / "fd").mkdir()
    for number in range(3):
        (folder / "fd" / str(number)).touch()
    before, between = ("S", *("0",) * 10), ("20", "0", "2", "0", "99", "4096")
    fields = (*before, *map(str, ticks), *between, "10", "0")
    (folder / "stat").write_text(f"{pid} (a (b) c) {' '.join(fields)}\n")


def test_a_service_and_its_workers_are_added_up(tmp_path: Path) -> None:
    process(tmp_path, 10, (TICKS, TICKS, 0, 0), children=(11,))
    process(tmp_path, 11, (2 * TICKS, 0, 0, 0), children=(12,))
    process(tmp_path, 12, (0, 0, 0, 0))
    assert process_tree.usage(10, tmp_path) == {
        "process_cpu_seconds_total": pytest.approx(4.0),
        "process_resident_memory_bytes": 30 * PAGE,
        "process_open_fds": 9,
        "process_threads": 6,
    }


def test_the_cpu_time_of_a_worker_that_ended_is_not_lost(tmp_path: Path) -> None:
    process(tmp_path, 10, (TICKS, 0, 3 * TICKS, TICKS))
    assert process_tree.usage(10, tmp_path)["process_cpu_seconds_total"] == pytest.approx(5.0)


def test_a_process_that_ended_and_another_system_say_nothing(tmp_path: Path) -> None:
    assert process_tree.usage(10, tmp_path) == {}
