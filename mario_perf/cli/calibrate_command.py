"""``mario-perf calibrate``."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich.table import Table

from mario_perf import message_lines
from mario_perf.builds import origin
from mario_perf.cli.demo_option import demo_option
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.cli.gate_command import usual_request
from mario_perf.cli.invocation import Invocation, pass_invocation
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.figures import percent, period
from mario_perf.gate import gate_session
from mario_perf.ledger import ledger_folder
from mario_perf.ledger.summary import CHANGE, LONGEST, by_runner, sentence, summarise
from mario_perf.reports import terminal_report
from mario_perf.reports.characters import single_line

if TYPE_CHECKING:
    from mario_perf.gate.gate_request import GateRequest
    from mario_perf.ledger.summary import Noise, Summary

MINUTE: Final = 60.0


@click.group(
    invoke_without_command=True,
    epilog=f"""\b
Examples:
  mario-perf calibrate                  one gate of the working tree
  mario-perf calibrate --minutes 30     as many as fit into half an hour
  mario-perf calibrate show             false alarms, and noise by operation
  mario-perf calibrate merge CACHE/ledger

{COMMON_EXIT_CODES}""",
)
@click.option("--minutes", type=click.FloatRange(0), help="Begin gates for this long. Default: one gate.")
@demo_option
@policy_option
@runs_dir_option("The ledger is in it, unless MARIO_PERF_LEDGER names a folder.")
@pass_invocation
@click.pass_context
def calibrate(
    context: click.Context,
    invocation: Invocation,
    /,
    *,
    minutes: float | None,
    demo: bool,
    policy: Path | None,
    runs_dir: Path,
) -> None:
    """Learn this runner's false alarms and noise, by gates of a build against itself.

    Each goes into the ledger of the runner: so does each gate whose candidate is the baseline. doctor prints
    a line of it, and from 20 gates on each gate does.
    """
    if context.invoked_subcommand is not None:
        return
    loaded = origin.load_policy(policy, demo=demo)
    request = _against_itself(demo=demo, policy=policy, runs_dir=runs_dir)
    begin, end = invocation.start, invocation.start + MINUTE * (minutes or 0.0)
    while True:
        gate_session.run(request, loaded, begin)
        begin = time.monotonic()
        if begin >= end:
            break
    print_ledger(ledger_folder.find(runs_dir))


def _against_itself(*, demo: bool, policy: Path | None, runs_dir: Path) -> GateRequest:
    """A gate of the usual length."""
    options = [*(["--demo"] if demo else []), *(["--policy", str(policy)] if policy else [])]
    request = usual_request("--part", "alone", *options, "--runs-dir", str(runs_dir))
    return replace(request, itself=True, same_environment=True)


@calibrate.command(epilog=COMMON_EXIT_CODES)
@click.argument("ledgers", nargs=-1, required=True, type=click.Path(path_type=Path))
@runs_dir_option("The ledger is in it, unless MARIO_PERF_LEDGER names a folder.")
def merge(ledgers: tuple[Path, ...], runs_dir: Path) -> None:
    """Add other ledgers, such as those of other runners or of CI's cache."""
    found = ledger_folder.find(runs_dir)
    new = ledger_folder.merge(ledgers, found)
    message_lines.say(f"{found}: {new} new")
    print_ledger(found)


@calibrate.command(epilog=COMMON_EXIT_CODES)
@runs_dir_option("The ledger is in it, unless MARIO_PERF_LEDGER names a folder.")
def show(runs_dir: Path) -> None:
    """Show what the ledger says of each runner, and its noise by operation."""
    print_ledger(ledger_folder.find(runs_dir))


def print_ledger(ledger: Path) -> None:
    """A line and a table for each environment and kind of gate."""
    found = by_runner(ledger_folder.read(ledger))
    for (environment, _), entries in found.items():
        summary = summarise(entries)
        message_lines.say(f"{environment}: {sentence(summary)}")
        terminal_report.stdout().print(_table(summary))
    if not found:
        message_lines.say("the ledger is empty: no gate could be judged")


def _table(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("operation", "deviation of a gate", f"measuring that shows {percent(CHANGE)}"):
        table.add_column(heading)
    for name, noise in summary.noise.items():
        table.add_row(single_line(name), *noise_cells(noise))
    return table


def noise_cells(noise: Noise) -> tuple[str, str]:
    """The deviation, and the length of a gate."""
    deviation = "unknown" if noise.deviation is None else percent(noise.deviation)
    if noise.seconds is None:
        return deviation, "unknown"
    return deviation, "more than an hour" if noise.seconds > LONGEST else period(noise.seconds)
