"""``python -m pizzeria``: serve until told to stop."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from pizzeria.bootstrap import KITCHEN_CAPACITY, OPERATIONS, bootstrap
from pizzeria.fault_options import FaultOptionError, parse
from pizzeria.infrastructure.database import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pizzeria.cqrs.faults import Fault

USAGE = 2
EPILOG = f"""operations: {", ".join(OPERATIONS)}

examples:
  mario-perf serve
  mario-perf serve --port 0 --slow PlaceOrderCommand=1.2 --fail StartCookingCommand=0.02

exit codes: 0 stopped, 2 usage, a port in use or a database that cannot be opened"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        faults = parse(options.slow, options.delay, options.fail, OPERATIONS)
        return _serve(options, faults)
    except (FaultOptionError, OSError) as error:
        sys.stderr.write(f"pizzeria: {error}\n")
        return USAGE


def _serve(options: argparse.Namespace, faults: dict[str, Fault]) -> int:
    with _bound(options.host, options.port) as listener, opened(options.database) as connection:
        app = bootstrap(connection, options.kitchen_capacity, faults, options.fault_seed)
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="asyncio",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
        )
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"listening on http://{shown}:{port}\n")
        sys.stdout.flush()
        # uvicorn raises the signal that stopped it once more when it is done: a wish that was granted.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket: connections wait in it until the server takes them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio knows TCP when it sees it and turns Nagle's algorithm off; otherwise an
    # answer in two pieces waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port} ({error}); choose another --host or --port") from error
    return listener


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mario-perf serve",
        description="Mario's Pizzeria: a CQRS service to try the gate on. API documentation at /api/docs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 for a free one (default %(default)s)")
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
    return parser


def _capacity(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of orders: 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
