"""The command line: ``mario-perf``."""

from __future__ import annotations

import signal
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from mario_perf import masking
from mario_perf.cli.commands import LazyGroup
from mario_perf.cli.exit_codes import EXIT_CODES
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from types import FrameType


EXAMPLES = """\b
Examples:
  mario-perf gate                                      is the working tree slower than what it came from?
  mario-perf gate --slow PlaceOrderCommand=1.5         and would it notice?
  mario-perf gate --against v1.2 --format junit        in CI
  mario-perf init http://127.0.0.1:8000/metrics        a perf.toml for a service of your own
  mario-perf doctor                                    is all fit for a gate?
  mario-perf COMMAND --help                            the rest"""


@click.group(
    cls=LazyGroup,
    epilog=f"{EXAMPLES}\n\n{EXIT_CODES}",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="mario-perf")
def cli() -> None:
    """A performance gate for CQRS services that people believe.

    It says pass, regressed or inconclusive, with the evidence in a report.
    """


def main() -> int:
    """Run a command; returns the exit code, and never a traceback."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        return cli.main(standalone_mode=False, obj=time.monotonic()) or 0
    except UserError as error:
        click.echo(f"mario-perf: {masking.text(str(error))}", err=True)
        return error.exit_code
    except click.exceptions.Exit as stopped:
        return stopped.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("mario-perf: interrupted; all that was started is stopped", err=True)
        return 130
    except Exception as error:  # noqa: BLE001 - the last resort: a line for the user, and where it was
        place = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"mario-perf: unexpected error, please report: {masking.text(repr(error))} in {place.name}, "
            + "; ".join((f"{Path(place.filename).name}:{place.lineno}", *getattr(error, "__notes__", ()))),
            err=True,
        )
        return 1


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a handler's signature
    raise KeyboardInterrupt
