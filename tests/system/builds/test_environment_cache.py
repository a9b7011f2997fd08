"""Environments that are kept: whole or not there, made once, and not removed while in use."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mario_perf.builds import environment_cache
from mario_perf.builds.environment_cache import acquire, prune
from mario_perf.errors import UserError

ROOT = Path(__file__).parents[3]

DIES_HALF_WAY = f"""
import os, pathlib, sys
sys.path.insert(0, {str(ROOT)!r})
from mario_perf.builds.environment_cache import acquire

def make(place):
    (place / "half").touch()
    os.kill(os.getpid(), 9)

with acquire(pathlib.Path(sys.argv[1]), "a", make):
    pass
"""


def make(place: Path) -> None:
    (place / "made").touch()


def unexpected(place: Path) -> None:
    raise AssertionError(f"{place} was made again")


def used(folder: Path, *names: str) -> None:
    for age, name in enumerate(reversed(names)):
        with acquire(folder, name, make):
            os.utime(folder / f"{name}.whole", (1000 - age, 1000 - age))


def environments(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_dir()}


def test_what_was_made_is_there_the_next_time(tmp_path: Path) -> None:
    with acquire(tmp_path, "a", make) as first:
        assert (first / "made").exists()
    with acquire(tmp_path, "a", unexpected) as again:
        assert again == first


def test_what_a_failed_setup_left_is_removed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError), acquire(tmp_path, "a", unexpected):
        pass
    assert environments(tmp_path) == set()


def test_what_a_killed_setup_left_is_not_taken_for_whole(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES_HALF_WAY, str(tmp_path)], check=False, timeout=60)
    assert killed.returncode == -9
    assert (tmp_path / "a" / "half").exists()
    with acquire(tmp_path, "a", make) as place:
        assert [each.name for each in place.iterdir()] == ["made"]


def test_of_two_that_want_the_same_one_makes_it(tmp_path: Path) -> None:
    begun, go_on, got = threading.Event(), threading.Event(), []

    def slowly(place: Path) -> None:
        begun.set()
        assert go_on.wait(30)
        make(place)

    def first() -> None:
        with acquire(tmp_path, "a", slowly) as place:
            got.append(place)

    def second() -> None:
        with acquire(tmp_path, "a", unexpected) as place:
            assert (place / "made").exists()
            got.append(place)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(30)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert got == [tmp_path / "a"] * 2


def test_two_gates_may_use_one_at_the_same_time(tmp_path: Path) -> None:
    with acquire(tmp_path, "a", make), acquire(tmp_path, "a", unexpected):
        pass


def test_those_that_were_not_used_for_longest_are_removed(tmp_path: Path) -> None:
    used(tmp_path, "old", "new", "newest")
    prune(tmp_path, 2)
    assert environments(tmp_path) == {"new", "newest"}
    with acquire(tmp_path, "old", make) as place:
        assert (place / "made").exists()


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    used(tmp_path, "old", "new")
    with acquire(tmp_path, "old", unexpected):
        os.utime(tmp_path / "old.whole", (0, 0))
        prune(tmp_path, 1)
        assert environments(tmp_path) == {"old", "new"}
    prune(tmp_path, 1)
    assert environments(tmp_path) == {"new"}


def test_they_are_kept_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert environment_cache.cache_folder() == tmp_path / "mario-perf" / "environments"


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(UserError, match="set XDG_CACHE_HOME"):
        environment_cache.cache_folder()
