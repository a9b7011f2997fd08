"""``python -m mario_perf.pizzeria``: serve until told to stop."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import KITCHEN_CAPACITY, OPERATIONS, bootstrap
from mario_perf.pizzeria.fault_options import FaultOptionError, parse
from mario_perf.pizzeria.infrastructure.database import opened
from mario_perf.pizzeria.server import bound, serve, stop_cleanly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.pizzeria.cqrs.faults import Fault

USAGE = 2
HIGHEST_PORT = 65535
EPILOG = f"""operations: {", ".join(OPERATIONS)}

examples:
  mario-perf serve
  mario-perf serve --port 0 --slow PlaceOrderCommand=1.2 --fail StartCookingCommand=0.02

exit codes: 0 stopped, or checked, 2 usage, a port in use or a database that cannot be opened"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or check what was asked for; returns the exit code."""
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
        serve(app, listener, farewell=announcements.close)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with the usage code."""
        self.exit(USAGE, f"pizzeria: {message}; see --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="mario-perf serve",
        description="Mario's Pizzeria: a CQRS service to try the gate on. API documentation at /api/docs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8080, metavar="PORT", help="0 for a free one (default %(default)s)"
    )
    parser.add_argument(
        "--database", type=Path, help="SQLite file to keep orders in (default: temporary, gone at the end)"
    )
    parser.add_argument(
        "--kitchen-capacity",
        type=_capacity,
        default=KITCHEN_CAPACITY,
        metavar="N",
        help="orders that cook at once (default %(default)s)",
    )
    faults = parser.add_argument_group("faults on purpose, each as often as wanted")
    faults.add_argument(
        "--slow", action="append", default=[], metavar="OPERATION=FACTOR", help="takes 1.2 times as long"
    )
    faults.add_argument(
        "--delay", action="append", default=[], metavar="OPERATION=TIME", help="takes 5ms longer"
    )
    faults.add_argument(
        "--fail", action="append", default=[], metavar="OPERATION=RATIO", help="0.02 of all executions fail"
    )
    faults.add_argument("--fault-seed", type=int, default=0, metavar="N", help="which executions fail")
    faults.add_argument("--check", action="store_true", help="see that the faults can be injected, and end")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to {HIGHEST_PORT}")
    return int(text)


def _capacity(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of orders: 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
