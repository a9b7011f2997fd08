"""``python -m mario_perf.pizzeria``: serve until a signal to stop."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import KITCHEN_CAPACITY, OPERATIONS, bootstrap
from mario_perf.pizzeria.fault_options import FAULT_OPTIONS, FaultOptionError, parse
from mario_perf.pizzeria.infrastructure.database import open_database
from mario_perf.pizzeria.server import bound, server, stop_cleanly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

USAGE = 2
HIGHEST_PORT = 65535
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
EPILOG = f"""Operations: {", ".join(OPERATIONS)}

\b
Examples:
  mario-perf serve
  mario-perf serve --port 0 --slow PlaceOrderCommand=1.2
  mario-perf serve --fail StartCookingCommand=0.02

\b
Exit codes:
  0    stopped or checked
  2    usage, a port in use, or a database that cannot be opened"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or check the faults; returns the exit code."""
    try:
        command.main(arguments, prog_name="mario-perf serve", standalone_mode=False, **SETTINGS)
    except click.ClickException as error:
        return _refused(f"{error.format_message().rstrip('.')}; see --help")
    except (FaultOptionError, OSError, DatabaseError) as error:
        return _refused(str(error))
    return 0


def _refused(why: str) -> int:
    sys.stderr.write(f"pizzeria: {why}\n")
    return USAGE


class DatabaseError(Exception):
    """The database cannot be used."""


def _fault_options(function: Callable[..., None]) -> Callable[..., None]:
    """An option for each fault, in their order."""
    for name, option in reversed(tuple(FAULT_OPTIONS.items())):
        function = click.option(
            f"--{name}", multiple=True, metavar=option.metavar, help=f"{option.help} Repeatable."
        )(function)
    return function


@click.command(epilog=EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 for a free one.",
)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="SQLite file for the orders. Default: a temporary file.",
)
@click.option(
    "--kitchen-capacity",
    type=click.IntRange(1),
    default=KITCHEN_CAPACITY,
    show_default=True,
    metavar="N",
    help="Most orders that cook at the same time.",
)
@_fault_options
@click.option(
    "--fault-seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Seed that decides which executions fail.",
)
@click.option("--check", is_flag=True, help="Check that the faults can be injected, and exit.")
def command(
    *,
    host: str,
    port: int,
    database: Path | None,
    kitchen_capacity: int,
    fault_seed: int,
    check: bool,
    **faults: tuple[str, ...],
) -> None:
    """Mario's Pizzeria: a CQRS service to try the gate on.

    Its page is at /, its API at /api/docs, its metrics at /metrics.
    """
    stop_cleanly()
    injected = parse(faults, OPERATIONS)
    if check:
        return
    try:
        with bound(host, port) as listener, open_database(database) as connection:
            announcements = Announcements()
            app = bootstrap(connection, announcements, kitchen_capacity, injected, fault_seed)
            server(app, farewell=announcements.close).run(sockets=[listener])
    except sqlite3.Error as error:
        raise DatabaseError(f"{database}: the database cannot be used: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
