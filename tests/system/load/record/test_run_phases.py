"""A run ends properly even when a phase fails."""

from pathlib import Path
from time import monotonic

import gevent
import pytest

from mario_perf.load.record.run_phases import RunInProgress
from mario_perf.load.users.group_report import GroupReport
from mario_perf.load.users.user_group import targets
from mario_perf.run_record import LostWorker
from tests.load.option_parsing import options
from tests.system.load.exposition import serving


class Unable:
    """Groups that do one thing after the other, but for one, which they cannot."""

    lost_workers: tuple[LostWorker, ...] = ()

    def __init__(self, unable: str) -> None:
        self.calls: list[str] = []
        self._unable = unable

    def wait_for_users(self, users: int, timeout: float) -> None:  # noqa: ARG002
        self._do("wait for users")

    def start_arrivals(self, seconds: float) -> None:  # noqa: ARG002
        self._do("start arrivals")

    def quiesce(self, timeout: float) -> bool:  # noqa: ARG002
        self._do("quiesce")
        return True

    def open_window(self) -> None:
        self._do("open window")

    def release(self) -> None:
        self._do("release")

    def reports(self) -> tuple[GroupReport, ...]:
        self._do("report")
        return ()

    def stop(self) -> None:
        self._do("stop")

    def _do(self, what: str) -> None:
        self.calls.append(what)
        if what == self._unable:
            raise RuntimeError(what)


class Busy(Unable):
    """Users who all wait for an answer when the window should open."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self._seconds = seconds

    def quiesce(self, timeout: float) -> bool:
        gevent.sleep(min(self._seconds, timeout))
        self._seconds = 0.0
        return super().quiesce(timeout)


def run(groups: Unable, url: str, folder: Path, finished: list[bool], *words: str) -> RunInProgress:
    """One that has begun, without warm-up."""
    run_options = options("--warm-up", "0", "--quiet", "0", "--scrape-interval", "0.01", *words)
    begun = RunInProgress(
        run_options, targets(run_options, url), groups, folder, lambda: finished.append(True)
    )
    begun.begin()
    return begun


def test_a_window_that_fails_to_open_releases_users_and_ends_the_run(tmp_path: Path) -> None:
    groups, finished = Unable("open window"), list[bool]()
    with serving() as url:
        broken = run(groups, url, tmp_path, finished)
        broken.start_phases(0, 1.0, None)
        with gevent.Timeout(30):
            while "release" not in groups.calls:
                gevent.sleep(0.01)
        broken.end(1.0)
    assert finished == [True]
    assert broken.window is None
    assert groups.calls[-1] == "stop"


def test_scrapes_and_users_stop_even_when_the_end_fails(tmp_path: Path) -> None:
    groups = Unable("report")
    with serving() as url:
        broken = run(groups, url, tmp_path, [])
        with pytest.raises(RuntimeError, match="report"):
            broken.end(1.0)
        scrapes = (tmp_path / "scrapes-candidate.jsonl.gz").read_bytes()
        gevent.sleep(0.1)
    assert groups.calls[-1] == "stop"
    assert (tmp_path / "scrapes-candidate.jsonl.gz").read_bytes() == scrapes


def test_a_window_that_opens_late_has_its_full_length(tmp_path: Path) -> None:
    finished = list[bool]()
    with serving() as url:
        late = run(Busy(0.3), url, tmp_path, finished, "--window", "0.1")
        late.start_phases(0, 1.0, monotonic() + 0.2)
        with gevent.Timeout(30):
            while not finished:
                gevent.sleep(0.01)
        late.end(1.0)
    assert late.window is not None
    assert late.window.duration >= 0.1
