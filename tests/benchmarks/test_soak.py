"""The soak's arithmetic: what grows is seen, and what is lost or twice is counted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.soak.growth import slope
from benchmarks.soak.journal import Journal
from benchmarks.soak.orders import Check, Work, check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_slope_covers_the_true_one_and_tells_growth_from_noise() -> None:
    random, times = np.random.default_rng(1), np.arange(0.0, 3600.0)
    flat = slope(times, 100 + random.normal(size=3600))
    rising = slope(times, 100 + times / 360 + random.normal(size=3600))
    assert flat.low < 0 < flat.high < 1
    assert 9 < rising.low < 10 < rising.high < 11


def database(folder: Path, *rows: tuple[str, str, str]) -> Path:
    path = folder / "pizzeria.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE orders (notes TEXT, id TEXT, status TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    return path


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path / "journal.txt")
    for words in (
        "placing 0-0",
        "placed 0-0 a",
        "delivered 0-0",
        "placing 1-0",
        "placing 1-1",
        "placed 1-1 b",
    ):
        kept.write(*words.split())
    yield kept
    kept.close()


def test_what_was_acknowledged_and_what_was_under_way_is_right(tmp_path: Path, journal: Journal) -> None:
    rows = (("0-0", "a", "delivered"), ("1-1", "b", "cooking"), ("1-0", "c", "confirmed"))
    found = check(database(tmp_path, *rows), journal)
    assert found == Check(acknowledged=2, delivered=1, kills=0, lost=0, twice=0, undelivered=0, surplus=0)
    assert found.is_right


def test_each_kind_of_loss_is_counted(tmp_path: Path, journal: Journal) -> None:
    rows = (("0-0", "a", "ready"), ("0-0", "d", "confirmed"), ("7-0", "e", "confirmed"))
    found = check(database(tmp_path, *rows), journal)
    assert (found.lost, found.twice, found.undelivered, found.surplus) == (1, 1, 1, 1)
    assert not found.is_right


def test_a_journal_goes_on_where_it_ended(tmp_path: Path, journal: Journal) -> None:
    journal.close()
    with closing(Journal(tmp_path / "journal.txt")) as again:
        work = Work(again, 3)
    assert work.unfinished == {1: ("1-1", "b")}
    assert (work.next(), work.tries[1], work.next(), work.next()) == (1, 2, 2, None)
