"""The tables of the history. A change here needs a migration in ``migrations/versions``."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, MetaData, String, Table

VERSION: Final = "0002"
"""Of the newest migration."""

METADATA: Final = MetaData()

BATCHES: Final = Table(
    "batches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False, unique=True),
    Column("time", Double, nullable=False, index=True),
    Column("scenario", String, nullable=False),
)


def _batch() -> Column[int]:
    return Column("batch", ForeignKey("batches.id", ondelete="CASCADE"), nullable=False, index=True)


LEVELS: Final = Table(
    "levels",
    METADATA,
    _batch(),
    Column("revision", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("metric", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("value", Double, nullable=False),
    Index("levels_by_metric", "metric", "operation"),
)

LINKS: Final = Table(
    "links",
    METADATA,
    _batch(),
    Column("earlier", String, nullable=False),
    Column("later", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("metric", String, nullable=False),
    Column("log_ratio", Double, nullable=False),
    Column("error", Double, nullable=False),
    Index("links_by_metric", "metric", "operation"),
)

ALERTS: Final = Table(
    "alerts",
    METADATA,
    *(
        Column(name, String, primary_key=True)
        for name in ("scenario", "operation", "metric", "environment", "first")
    ),
    Column("last", String, nullable=False),
    Column("time", Double, nullable=False),
    Column("change", Double, nullable=False),
    Column("state", String, nullable=False),
)
