"""The command line: ``mario-perf``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mario_perf import interruption, machine_errors, standard_streams
from mario_perf.cli import error_lines, exit_codes
from mario_perf.cli.commands import LazyGroup
from mario_perf.cli.exit_codes import VERDICT_EXIT_CODES
from mario_perf.cli.invocation import Invocation
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence


EXAMPLES = """\b
Examples:
  mario-perf gate                                is the working tree slower?
  mario-perf gate --slow PlaceOrderCommand=1.5   would the gate notice?
  mario-perf gate --against v1.2 --format junit  in CI
  mario-perf init http://127.0.0.1:8000/metrics  for a service of your own
  mario-perf doctor                              is a gate possible?
  mario-perf COMMAND --help                      all options of a command"""


@click.group(
    cls=LazyGroup,
    epilog=f"{EXAMPLES}\n\n{VERDICT_EXIT_CODES}",
)
@click.version_option(package_name="mario-perf")
def cli() -> None:
    """A performance gate for CQRS services.

    It compares two builds and says pass, regressed or inconclusive, with the evidence in a report.
    """


def main() -> int:
    """Run a command; returns the exit code, and never a traceback."""
    return run(cli, "mario-perf", sys.argv[1:])


def run(command: click.Command, name: str, arguments: Sequence[str]) -> int:
    try:
        code: int | None = command.main(
            list(arguments),
            prog_name=name,
            standalone_mode=False,
            help_option_names=["-h", "--help"],
            obj=Invocation(command_line=(*name.split(), *arguments)),
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last resort: a line for the user
        cause = machine_errors.explain(interruption.cause_of(error))
        error_lines.write(cause)
        return exit_codes.of_error(cause)
    if loss := standard_streams.lost_output():
        error_lines.write(UserError(f"what was printed is incomplete: {loss.strerror}"))
        code = exit_codes.ExitCode.USAGE if code is None else code
    return code or exit_codes.ExitCode.PASS
