"""Migrations of the history, by Alembic: each version of the tables is made from the one before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Connection


class UnknownVersionError(SQLAlchemyError):
    """The tables are of a version that there never was."""


def upgrade(connection: Connection, version: str = "head") -> None:
    """Bring the tables up to date, within the transaction of the connection.

    Raises:
        UnknownVersionError: There is no way from their version to this one.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, version)
    except CommandError as error:
        raise UnknownVersionError(str(error)) from error
