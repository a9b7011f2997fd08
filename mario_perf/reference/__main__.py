"""``python -m mario_perf.reference``: serve until a signal to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from mario_perf.reference.service import KIND, ReferenceService
from mario_perf.reference.work import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = 2
HIGHEST_PORT = 65535
EPILOG = """\b
Examples:
  mario-perf reference serve
  locust -f loadtests/mario.py -H URL --reference http://127.0.0.1:8090

\b
Exit codes:
  0    stopped
  2    usage, or a port in use"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; returns the exit code."""
    try:
        command.main(arguments, prog_name="mario-perf reference serve", standalone_mode=False)
    except click.ClickException as error:
        sys.stderr.write(f"reference: {error.format_message().rstrip('.')}; see --help\n")
        return USAGE
    except OSError as error:
        sys.stderr.write(f"reference: cannot listen ({error.strerror}); choose another --host or --port\n")
        return USAGE
    return 0


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, HIGHEST_PORT),
    default=8090,
    show_default=True,
    help="Port to listen on; 0 for a free one.",
)
@click.option("--until-eof", is_flag=True, help="Stop when standard input ends, too.")
def command(host: str, port: int, *, until_eof: bool) -> None:
    """The reference: a small service that never changes.

    Serve it on the machine of the service under test, and give its URL to the load. What it moves by is the
    machine's doing, and is taken out of a comparison with a stored baseline.
    """
    with open_store() as store, suppress(KeyboardInterrupt):
        asyncio.run(_serve(ReferenceService(store), host, port, until_eof=until_eof))


async def _serve(service: ReferenceService, host: str, port: int, *, until_eof: bool) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), stopped.set)  # nobody writes there: readable is its end
    async with await service.start(host, port) as server:
        address = server.sockets[0].getsockname()
        where = f"[{address[0]}]" if ":" in address[0] else address[0]
        sys.stdout.write(f"{KIND} is listening on http://{where}:{address[1]}\n")
        sys.stdout.flush()
        await stopped.wait()
        loop.set_exception_handler(lambda *_: None)  # Python 3.11 tells of each connection that it cuts off
        service.close()


if __name__ == "__main__":
    sys.exit(main())
