"""Files that are read: what is none of them is refused, and never waited for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf import local_file
from mario_perf.baselines import stored_baselines
from mario_perf.capacity import capacity_file
from mario_perf.configuration import policy_file
from mario_perf.errors import UserError
from mario_perf.history.imports.context import Context
from mario_perf.history.imports.import_file import import_file
from mario_perf.load.arrivals import shapes
from mario_perf.load.trusted_certificates import authorities
from mario_perf.reports import report_reading, run_list

if TYPE_CHECKING:
    from collections.abc import Callable

READERS: dict[str, Callable[[Path], object]] = {
    "perf.toml": policy_file.load,
    "baseline.json": stored_baselines.load,
    "capacity.json": capacity_file.load,
    "results.csv": lambda path: import_file(path, Context(time=1.0), {}),
    "results.json": lambda path: import_file(path, Context(time=1.0), {}),
    "shapes.toml": shapes.load,
    "ca.pem": authorities,
    "report.json": report_reading.read,
}


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path)


def make_endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [make_folder, make_pipe, make_loop, make_endless])
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_refused_in_a_line(
    name: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises((UserError, ValueError)) as refused:
        READERS[name](tmp_path / name)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("make", [make_folder, make_pipe, make_loop, make_endless])
def test_a_run_whose_report_is_no_file_was_not_judged(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "report.json")
    assert run_list.glance(tmp_path) is None


@pytest.mark.parametrize("make", [make_folder, make_pipe, make_loop])
def test_a_perf_toml_that_is_no_file_is_not_taken_for_none(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(Path("perf.toml"))
    with pytest.raises(UserError, match=r"^perf\.toml: cannot be read"):
        policy_file.load()


def test_a_link_that_the_user_made_is_followed(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text("[load]\nusers = 7\n")
    (tmp_path / "perf.toml").symlink_to("shared.toml")
    assert policy_file.load(tmp_path / "perf.toml").load.users == 7


def test_a_file_without_an_end_is_not_read_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_file, "LARGEST", 1 << 20)
    (tmp_path / "large").write_bytes(bytes(local_file.LARGEST + 1))
    with pytest.raises(OSError, match="more than 1 MiB"):
        local_file.content(tmp_path / "large")
