import sqlite3
from pathlib import Path

import pytest

from mario_perf.pizzeria.infrastructure.database import open_database, transaction


def test_the_database_writes_ahead_and_syncs_at_checkpoints(connection: sqlite3.Connection) -> None:
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1


def test_a_temporary_database_has_no_file_that_could_be_left_and_keeps_what_is_written() -> None:
    with open_database(None) as connection:
        path = Path(connection.execute("PRAGMA database_list").fetchone()["file"])
        assert not path.parent.exists()
        rows = [(str(number), f"M{number}") for number in range(5000)]  # more than one checkpoint
        for row in rows:
            connection.execute("INSERT INTO pizzas VALUES (?, ?, 'small', '[]', 1)", row)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("SELECT count(*) FROM pizzas").fetchone()[0] == len(rows)


def test_a_named_database_is_there_the_next_time(tmp_path: Path) -> None:
    with open_database(tmp_path / "kept.db") as connection:
        connection.execute("INSERT INTO pizzas VALUES ('1', 'M', 'small', '[]', 1)")
    with open_database(tmp_path / "kept.db") as connection:
        assert connection.execute("SELECT count(*) FROM pizzas").fetchone()[0] == 1


def test_a_transaction_that_fails_leaves_nothing(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError), transaction(connection):
        connection.executemany("INSERT INTO pizzas VALUES ('1', 'M', 'small', '[]', ?)", [(1,), (0,)])
    assert connection.execute("SELECT count(*) FROM pizzas").fetchone()[0] == 0
    with transaction(connection):
        connection.execute("INSERT INTO pizzas VALUES ('1', 'M', 'small', '[]', 1)")
    assert connection.execute("SELECT count(*) FROM pizzas").fetchone()[0] == 1


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Mario, " * 100)
    with pytest.raises(OSError, match=r"letter\.txt.*not a database"), open_database(path):
        pass


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE orders (article TEXT)")
    other.close()
    with pytest.raises(OSError, match=r"shop\.db"), open_database(path):
        pass
