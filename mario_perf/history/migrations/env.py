"""Run by Alembic: migrations on the connection that ``upgrade`` gives."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
