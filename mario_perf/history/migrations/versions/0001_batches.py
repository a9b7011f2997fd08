"""Batches with their levels and links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String, nullable=False, unique=True),
        sa.Column("time", sa.Double, nullable=False, index=True),
        sa.Column("scenario", sa.String, nullable=False),
    )
    op.create_table(
        "levels",
        _batch(),
        *(_text(name) for name in ("revision", "operation", "metric", "environment")),
        sa.Column("value", sa.Double, nullable=False),
        sa.Index("levels_by_metric", "metric", "operation"),
    )
    op.create_table(
        "links",
        _batch(),
        *(_text(name) for name in ("earlier", "later", "operation", "metric")),
        sa.Column("log_ratio", sa.Double, nullable=False),
        sa.Column("error", sa.Double, nullable=False),
        sa.Index("links_by_metric", "metric", "operation"),
    )


def _batch() -> sa.Column[int]:
    batches = sa.ForeignKey("batches.id", ondelete="CASCADE")
    return sa.Column("batch", sa.Integer, batches, nullable=False, index=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)
