"""Alerts: change points that were reported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alerts",
        *(_key(name) for name in ("scenario", "operation", "metric", "environment", "first")),
        sa.Column("last", sa.String, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sa.Column("change", sa.Double, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)
