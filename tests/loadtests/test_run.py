"""A run comes to its end whatever happens in it."""

from pathlib import Path

import gevent
import pytest

from analysis.run_record import LostWorker
from loadtests.crew import CrewReport, targets
from loadtests.run import Run
from tests.loadtests.asked import options
from tests.loadtests.exposition import serving


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


def run(crews: Unable, url: str, folder: Path, finished: list[bool]) -> Run:
    """One that has begun, without warm-up."""
    asked = options("--warm-up", "0", "--quiet", "0", "--scrape-interval", "0.01")
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
