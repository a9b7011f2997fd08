"""The history in a database: SQLite or PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from mario_perf import masking, runs
from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import LAST_TIME, Batch, Level, Link, superseded
from mario_perf.history.store import FORMS, StoreError
from mario_perf.history.tables import ALERTS, BATCHES, LEVELS, LINKS, METADATA, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from sqlalchemy import Connection, Engine, Table

WAITING: Final = 30.0
"""Seconds that a writer waits for another one."""

_Kind = TypeVar("_Kind", Level, Link)
_SQLITE: Final = "sqlite"
_LOCK: Final = 0x6D6172696F


class SqlStore:
    """A store by the path of its file, or the URL of its database. Opening makes it or brings it up to date.

    Raises:
        StoreError: it cannot be opened, is damaged, or was written by a newer version.
    """

    def __init__(self, address: str) -> None:
        self._name = masking.text(address)
        with self._name_errors():
            self._engine = _engine(_url(address))
            self._prepare()

    def append(self, batches: Iterable[Batch]) -> int:
        """See ``Store``."""
        new = list(batches)
        with self._name_errors(), self._engine.begin() as connection:
            for each in new:
                _check_time(each.time)
            return sum(_insert(connection, batch) for batch in new)

    def sources(self) -> frozenset[str]:
        """See ``Store``."""
        with self._name_errors(), self._engine.connect() as connection:
            return frozenset(connection.scalars(sa.select(BATCHES.c.source)))

    def names(self) -> frozenset[tuple[str, str]]:
        """See ``Store``."""
        columns = LEVELS.c.metric, LEVELS.c.operation  # in the order of the index
        with self._name_errors(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).distinct())
            return frozenset((operation, metric) for metric, operation in rows)

    def batches(
        self, metrics: Sequence[str] = (), operations: Sequence[str] = (), newest: int | None = None
    ) -> Iterator[Batch]:
        """See ``Store``."""
        with self._name_errors(), self._engine.connect() as connection:
            heads = connection.execute(sa.select(BATCHES).order_by(BATCHES.c.time, BATCHES.c.id)).all()
            old = superseded(head.source for head in heads)
            kept = [each for each in heads if each.source not in old][-(newest or 0) :]
            condition = _condition(metrics, operations, [each.id for each in kept] if newest else [])
            levels = _rows(connection, LEVELS, Level, condition)
            links = _rows(connection, LINKS, Link, condition)
            for head in kept:
                _check_time(head.time)
        for head in kept:
            yield Batch(
                head.source,
                head.time,
                head.scenario,
                tuple(levels.get(head.id, ())),
                tuple(links.get(head.id, ())),
            )

    def prune(self, *, before: float, keep: int | None = None) -> int:
        """See ``Store``."""
        newest = sa.select(BATCHES.c.id).order_by(BATCHES.c.time.desc(), BATCHES.c.id.desc()).limit(keep)
        old = BATCHES.c.time < before
        condition = old if keep is None else sa.or_(old, BATCHES.c.id.not_in(newest))
        with self._name_errors(), self._engine.begin() as connection:
            return connection.execute(sa.delete(BATCHES).where(condition)).rowcount

    def alerts(self) -> tuple[Alert, ...]:
        """See ``Store``."""
        with self._name_errors(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(ALERTS).order_by(ALERTS.c.time)).mappings().all()
            for row in rows:
                _check_time(row["time"])
            return tuple(Alert(**{**row, "state": AlertState(row["state"])}) for row in rows)

    def record(self, alerts: Iterable[Alert]) -> None:
        """See ``Store``."""
        rows = [{**asdict(each), "state": each.state.value} for each in alerts]
        with self._name_errors(), self._engine.begin() as connection:
            if rows:
                statement = _dialect(connection).insert(ALERTS)
                update = {"state": statement.excluded.state}
                key = list(ALERTS.primary_key)
                connection.execute(statement.on_conflict_do_update(index_elements=key, set_=update), rows)

    def _prepare(self) -> None:
        with self._engine.connect() as connection:
            version = _version(connection)
        if version == VERSION:
            return
        if version is not None and version > VERSION:
            raise StoreError(
                f"{self._name}: a newer version of mario-perf wrote this history; install that version"
            )
        with self._engine.begin() as connection:
            if connection.dialect.name != _SQLITE:  # SQLite has one writer anyway
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if _version(connection) is None:
                _create(connection)
                return
            from mario_perf.history.migrations import upgrade  # noqa: PLC0415 - only an old store needs it

            upgrade(connection)

    @contextmanager
    def _name_errors(self) -> Iterator[None]:
        """Say in one line what the database says."""
        try:
            yield
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self._name}: PostgreSQL needs one more package; run pip install 'mario-perf[postgresql]'"
            ) from error
        except (SQLAlchemyError, OSError, ValueError) as error:  # ValueError: a text or a state that is none
            message = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise StoreError(
                f"{self._name}: the history cannot be used ({masking.text(message)}); it was left as it is: "
                "move it away to begin a new one, or give another --store"
            ) from error


def _check_time(time: object) -> None:
    """SQLite keeps texts and bytes in a column of numbers, too."""
    if not isinstance(time, int | float) or not 0 <= time <= LAST_TIME:
        raise ValueError(f"{time!s:.40} cannot be the time of a measurement")


def _url(address: str) -> sa.URL:
    scheme, separator, rest = address.partition("://")
    if not separator:
        return sa.URL.create(_SQLITE, database=address)
    if scheme not in ("postgresql", "postgres"):
        raise StoreError(f"{scheme}://: no store of this kind; give {FORMS}")
    return sa.make_url(f"postgresql+psycopg://{rest}")


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() != _SQLITE:
        return sa.create_engine(url, poolclass=sa.NullPool)
    runs.make_root(Path(url.database or "").parent)
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": WAITING})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _: object) -> None:  # noqa: ANN401 - SQLite's own connection
    connection.isolation_level = None  # transactions begin below
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    """Wait for another writer now: one that has read before it waits would fail."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _version(connection: Connection) -> str | None:
    """Of the store; None where it is new.

    A database that holds something else is refused.
    """
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" in tables:
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if version is None or isinstance(version, str):
            return version
        raise ArgumentError("its version is damaged")
    if tables & {BATCHES.name, LEVELS.name, LINKS.name} or (tables and connection.dialect.name == _SQLITE):
        raise ArgumentError("it holds something else")
    return None


def _create(connection: Connection) -> None:
    """Make the newest tables at once, as all migrations would make them."""
    METADATA.create_all(connection)
    connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO alembic_version VALUES (:version)"), {"version": VERSION})


def _dialect(connection: Connection) -> ModuleType:
    """Where the statements are that no standard has."""
    return sqlite if connection.dialect.name == _SQLITE else postgresql


def _insert(connection: Connection, batch: Batch) -> bool:
    """Add a batch unless its source is there."""
    head = _dialect(connection).insert(BATCHES).on_conflict_do_nothing().returning(BATCHES.c.id)
    values = {"source": batch.source, "time": batch.time, "scenario": batch.scenario}
    number = connection.execute(head, values).scalar()
    if number is None:
        return False
    for table, rows in ((LEVELS, batch.levels), (LINKS, batch.links)):
        if rows:
            connection.execute(sa.insert(table), [_values(row, number) for row in rows])
    return True


def _values(row: Level | Link, batch: int) -> dict[str, object]:
    return {"batch": batch, **{name: getattr(row, name) for name in row.__dataclass_fields__}}


def _condition(
    metrics: Sequence[str], operations: Sequence[str], batches: Sequence[int]
) -> Callable[[Table], sa.ColumnElement[bool]]:
    """What a row of a table must meet; no names are all names."""

    def of(table: Table) -> sa.ColumnElement[bool]:
        names = (table.c.metric, metrics), (table.c.operation, operations)
        if not batches:
            return sa.and_(sa.true(), *(column.in_(chosen) for column, chosen in names if chosen))
        # Few batches: an expression keeps SQLite from the index of names, and it takes that of batches.
        few = (column.concat("").in_(chosen) for column, chosen in names if chosen)
        return sa.and_(table.c.batch.in_(batches), *few)

    return of


def _rows(
    connection: Connection,
    table: Table,
    kind: Callable[..., _Kind],
    condition: Callable[[Table], sa.ColumnElement[bool]],
) -> Mapping[int, list[_Kind]]:
    """Of a table, by the number of their batch; its columns are in the order of the fields."""
    query = sa.select(table).where(condition(table))
    rows: defaultdict[int, list[_Kind]] = defaultdict(list)
    for batch, *fields in connection.execute(query):
        rows[batch].append(kind(*fields))
    return rows
