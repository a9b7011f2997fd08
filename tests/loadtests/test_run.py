"""A run comes to its end whatever happens in it."""

from pathlib import Path
from time import monotonic

import gevent
import pytest

from mario_perf.load.record.run_phases import Run
from mario_perf.load.users.user_group import CrewReport, targets
from mario_perf.run_record import LostWorker
from tests.loadtests.exposition import serving
from tests.loadtests.option_parsing import options


class Unable:
    """Crews that do one thing after the other, but for one, which they cannot."""

    lost: tuple[LostWorker, ...] = ()

    def __init__(self, unable: str) -> None:
        self.told: list[str] = []
        self._unable = unable

    def gather(self, users: int, timeout: float) -> None:  # noqa: ARG002
        self._do("gather")

    def set_out(self, seconds: float) -> None:  # noqa: ARG002
        self._do("set out")

    def hold(self, timeout: float) -> bool:  # noqa: ARG002
        self._do("hold")
        return True

    def open_window(self) -> None:
        self._do("open window")

    def release(self) -> None:
        self._do("release")

    def reports(self) -> tuple[CrewReport, ...]:
        self._do("report")
        return ()

    def close(self) -> None:
        self._do("close")

    def _do(self, what: str) -> None:
        self.told.append(what)
        if what == self._unable:
            raise RuntimeError(what)


class Busy(Unable):
    """Users who all wait for an answer when the window should open."""

    def __init__(self, seconds: float) -> None:
        super().__init__("")
        self._seconds = seconds

    def hold(self, timeout: float) -> bool:
        gevent.sleep(min(self._seconds, timeout))
        self._seconds = 0.0
        return super().hold(timeout)


def run(crews: Unable, url: str, folder: Path, finished: list[bool], *words: str) -> Run:
    """One that has begun, without warm-up."""
    asked = options("--warm-up", "0", "--quiet", "0", "--scrape-interval", "0.01", *words)
    begun = Run(asked, targets(asked, url), crews, folder, lambda: finished.append(True))
    begun.begin()
    return begun


def test_a_window_that_cannot_be_opened_releases_users_and_finishes_the_run(tmp_path: Path) -> None:
    crews, finished = Unable("open window"), list[bool]()
    with serving() as url:
        broken = run(crews, url, tmp_path, finished)
        broken.all_users_there(0, 1.0, None)
        with gevent.Timeout(30):
            while "release" not in crews.told:
                gevent.sleep(0.01)
        broken.end(1.0)
    assert finished == [True]
    assert broken.window is None
    assert crews.told[-1] == "close"


def test_an_end_that_goes_wrong_stops_the_scrapes_and_sends_users_home_all_the_same(tmp_path: Path) -> None:
    crews = Unable("report")
    with serving() as url:
        broken = run(crews, url, tmp_path, [])
        with pytest.raises(RuntimeError, match="report"):
            broken.end(1.0)
        scrapes = (tmp_path / "scrapes-candidate.jsonl.gz").read_bytes()
        gevent.sleep(0.1)
    assert crews.told[-1] == "close"
    assert (tmp_path / "scrapes-candidate.jsonl.gz").read_bytes() == scrapes


def test_a_window_has_its_whole_length_however_late_it_opens(tmp_path: Path) -> None:
    finished = list[bool]()
    with serving() as url:
        late = run(Busy(0.3), url, tmp_path, finished, "--window", "0.1")
        late.all_users_there(0, 1.0, monotonic() + 0.2)
        with gevent.Timeout(30):
            while not finished:
                gevent.sleep(0.01)
        late.end(1.0)
    assert late.window is not None
    assert late.window.duration >= 0.1
