"""``mario-perf accept``."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from mario_perf import local_file, message_lines, runs
from mario_perf.cli.exit_codes import ACCEPT_EXIT_CODES
from mario_perf.cli.policy_option import policy_option
from mario_perf.configuration import acceptance_text, policy_file
from mario_perf.configuration.policy import Acceptance
from mario_perf.errors import UserError, nearest
from mario_perf.reports import phrases, report_reading
from mario_perf.reports.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import GateResult, OperationResult

DAYS = 30
"""How long a regression is accepted, unless the command says."""

LONGEST = 366

_ROUNDED = 1000.0
"""Sizes are rounded up to a part in this many."""


@click.command(
    epilog=f"""\b
Examples:
  mario-perf accept latest --operation PlaceOrderCommand \\
      --because "prices are checked now"
  mario-perf accept 20261123 --operation "GET /search" \\
      --because "better results" --until 2027-01-31

{ACCEPT_EXIT_CODES}"""
)
@click.argument("run")
@click.option("--operation", metavar="NAME", required=True, help="The operation that regressed.")
@click.option("--because", metavar="TEXT", required=True, help="Why. Each report shows it.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"Last day on which it is accepted. Default: in {DAYS} days. At most in {LONGEST}.",
)
@policy_option
def accept(run: str, operation: str, because: str, until: datetime | None, policy: Path | None) -> None:
    """Accept a regression that RUN found, for a while.

    Writes it into perf.toml: for this operation, up to the size that was measured, until a day, and only
    against the baseline of RUN. Each report shows it. A larger rise is red all the same.
    """
    result = report_reading.read(runs.find(run) / FORMATS["json"].file)
    today = datetime.now(UTC).date()
    last = until.date() if until else today + timedelta(days=DAYS)
    if not today <= last <= today + timedelta(days=LONGEST):
        raise UserError(f"--until {last} is not a day from today to in {LONGEST} days")
    one = _acceptance(result, operation, because.strip(), last)
    path = policy or policy_file.DEFAULT_PATH
    before = local_file.content(path).decode() if path.exists() else ""
    after = before + acceptance_text.text(one)
    policy_file.parse(after, str(path))
    path.write_text(after.lstrip("\n"), encoding="utf-8")
    message_lines.say(f"{path}: {operation} is accepted until {one.until}; commit it with the change")


def _acceptance(result: GateResult, name: str, because: str, until: date) -> Acceptance:
    if not because:
        raise UserError("--because is empty; say why the regression is accepted")
    found = next((one for one in result.operations if one.operation.name == name), None)
    if found is None:
        known = [one.operation.name for one in result.operations]
        raise UserError(f"--operation {name}: not in this run; nearest: {nearest(name, known)}")
    if faults := result.subject.faults:
        raise UserError(f"the fault was injected ({' '.join(faults)}): the code has no regression to accept")
    if result.subject.baseline is None:
        raise UserError("the run does not know the revision of its baseline; accept a gate of two builds")
    revision = result.subject.baseline.revision.partition(" ")[0]
    return Acceptance(name, _sizes(found), until, revision, because)


def _sizes(found: OperationResult) -> dict[Metric, float]:
    """The largest rise of each metric that the run leaves possible.

    Raises:
        UserError: nothing rose.
    """
    rose = {
        check.metric: math.ceil(check.change.high * _ROUNDED) / _ROUNDED
        for check in found.comparisons
        if phrases.rose(check)
    }
    if not rose:
        raise UserError(f"{found.operation.name} did not regress in this run: there is nothing to accept")
    return rose
