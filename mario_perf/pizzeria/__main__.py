"""``python -m mario_perf.pizzeria``: serve until told to stop."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, NoReturn

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import KITCHEN_CAPACITY, OPERATIONS, bootstrap
from mario_perf.pizzeria.fault_options import FaultOptionError, parse
from mario_perf.pizzeria.infrastructure.database import opened
from mario_perf.pizzeria.server import bound, server, stop_cleanly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.pizzeria.cqrs.faults import Fault

USAGE = 2
HIGHEST_PORT = 65535
EPILOG = f"""{fill("Operations: " + ", ".join(OPERATIONS), 78)}

Examples:
  mario-perf serve
  mario-perf serve --port 0 --slow PlaceOrderCommand=1.2
  mario-perf serve --fail StartCookingCommand=0.02

Exit codes:
  0    stopped or checked
  2    usage, a port in use, or a database that cannot be opened"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or check the faults; returns the exit code."""
    options = _parser().parse_args(arguments)
    stop_cleanly()
    try:
        faults = parse(options.slow, options.delay, options.fail, OPERATIONS)
        if not options.check:
            _serve(options, faults)
    except (FaultOptionError, OSError) as error:
        sys.stderr.write(f"pizzeria: {error}\n")
        return USAGE
    except sqlite3.Error as error:
        sys.stderr.write(f"pizzeria: {options.database}: the database cannot be used: {error}\n")
        return USAGE
    return 0


def _serve(options: argparse.Namespace, faults: dict[str, Fault]) -> None:
    with bound(options.host, options.port) as listener, opened(options.database) as connection:
        announcements = Announcements()
        app = bootstrap(connection, announcements, options.kitchen_capacity, faults, options.fault_seed)
        server(app, farewell=announcements.close).run(sockets=[listener])


class _Parser(argparse.ArgumentParser):
    """Reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with the usage code."""
        self.exit(USAGE, f"pizzeria: {message}; see --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mario-perf serve",
        description="Mario's Pizzeria: a CQRS service to try the gate on. Its API is at /api/docs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="Address to listen on. Default: %(default)s.")
    parser.add_argument(
        "--port",
        type=_port,
        default=8080,
        metavar="PORT",
        help="Port to listen on; 0 for a free one. Default: %(default)s.",
    )
    parser.add_argument(
        "--database", type=Path, help="SQLite file for the orders. Default: a temporary file."
    )
    parser.add_argument(
        "--kitchen-capacity",
        type=_capacity,
        default=KITCHEN_CAPACITY,
        metavar="N",
        help="Most orders that cook at the same time. Default: %(default)s.",
    )
    faults = parser.add_argument_group("Faults on purpose (repeatable)")
    faults.add_argument(
        "--slow",
        action="append",
        default=[],
        metavar="OPERATION=FACTOR",
        help="Slow down an operation: 1.2 is 20 %% slower.",
    )
    faults.add_argument(
        "--delay",
        action="append",
        default=[],
        metavar="OPERATION=TIME",
        help="Delay an operation by a time such as 5ms.",
    )
    faults.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="OPERATION=RATIO",
        help="Let a share of the executions fail: 0.02 is 2 %%.",
    )
    faults.add_argument(
        "--fault-seed", type=int, default=0, metavar="N", help="Seed that decides which executions fail."
    )
    faults.add_argument(
        "--check", action="store_true", help="Check that the faults can be injected, and exit."
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 0 to {HIGHEST_PORT}")
    return int(text)


def _capacity(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of orders; give at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
