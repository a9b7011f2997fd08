"""The store in a SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mario_perf.history.migrations import upgrade
from mario_perf.history.sql_store import SqlStore
from mario_perf.history.store import StoreError
from mario_perf.history.store_address import open_store
from mario_perf.history.tables import METADATA
from tests.history.store_claims import StoreClaims, alert, batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.history.store import Store


class TestSqlite(StoreClaims):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Callable[[], Store]:
        return lambda: open_store(runs=tmp_path)


def test_migrations_make_the_tables_that_the_code_reads(tmp_path: Path) -> None:
    with sa.create_engine(f"sqlite:///{tmp_path}/history.db", poolclass=sa.NullPool).begin() as connection:
        upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    SqlStore(f"{tmp_path}/history.db").append([batch(1)])


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with sa.create_engine(f"sqlite:///{tmp_path}/history.db", poolclass=sa.NullPool).begin() as connection:
        upgrade(connection, "0001")
    SqlStore(f"{tmp_path}/history.db").record([alert(1)])
    assert SqlStore(f"{tmp_path}/history.db").alerts() == (alert(1),)


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_store(runs=tmp_path).append([batch(1)])
    file = tmp_path / "history.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="newer version"):
        open_store(runs=tmp_path)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("alembic_version", "version_num", b"1"), ("batches", "time", "now"), ("batches", "time", b"\0")],
)
def test_a_value_of_another_type_is_refused_in_one_line(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    open_store(runs=tmp_path).append([batch(1)])
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection, connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(StoreError, match="the history cannot be used"):
        list(open_store(runs=tmp_path).batches())


@pytest.mark.parametrize(
    "content", [b"no database at all, but some text that is long enough" * 40, b"SQLite format 3\0"]
)
def test_a_damaged_file_is_refused_in_one_line_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "history.db"
    file.write_bytes(content)
    with pytest.raises(StoreError) as raised:
        open_store(runs=tmp_path).append([batch(1)])
    assert str(raised.value).count("\n") == 0
    assert file.read_bytes() == content


def test_a_damaged_page_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    open_store(runs=tmp_path).append(batch(number) for number in range(1, 200))
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="cannot be used"):
        list(open_store(runs=tmp_path).batches())


@pytest.mark.parametrize("damage", [b"bat\xffhes", b"CREATE TABLE \x99\x99"])
def test_a_text_that_is_none_is_refused_in_one_line(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "history.db"
    open_store(runs=tmp_path).append([batch(1)])
    whole = b"batches" if len(damage) == len(b"batches") else b"CREATE TABLE ba"
    file.write_bytes(file.read_bytes().replace(whole, damage))
    with pytest.raises(StoreError, match="cannot be used"):
        list(open_store(runs=tmp_path).batches())


def test_an_alert_in_no_known_state_is_refused_in_one_line(tmp_path: Path) -> None:
    store = open_store(runs=tmp_path)
    store.record([alert(1)])
    with sqlite3.connect(tmp_path / "history.db") as connection:
        connection.execute("UPDATE alerts SET state = 'gone'")
    connection.close()
    with pytest.raises(StoreError, match="'gone' is not a valid"):
        store.alerts()


def test_a_database_of_something_else_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        open_store(runs=tmp_path)


def test_an_append_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    store = open_store(runs=tmp_path)
    broken = batch(2)
    object.__setattr__(broken.levels[0], "value", None)
    with pytest.raises(StoreError):
        store.append([batch(1), broken])
    assert store.sources() == frozenset()


@pytest.mark.parametrize("where", ["mysql://host/x", "sqlite:///x"])
def test_a_store_of_another_kind_is_refused(where: str) -> None:
    with pytest.raises(StoreError):
        open_store(where)
