"""``mario-perf accept``."""

from __future__ import annotations

import math
import shlex
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from mario_perf import local_file, message_lines, runs
from mario_perf.cli.exit_codes import ACCEPT_EXIT_CODES
from mario_perf.cli.policy_option import policy_option
from mario_perf.configuration import acceptance_text, policy_file
from mario_perf.configuration.policy import Acceptance
from mario_perf.errors import UserError, nearest
from mario_perf.model import Verdict
from mario_perf.reports import phrases, report_reading
from mario_perf.reports.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import CostResult, GateResult

DAYS = 30
"""How long a regression is accepted, unless the command says."""

LONGEST = 366

_ROUNDED = 1000.0
"""Sizes are rounded up to a part in this many."""

_RISEN = frozenset({Verdict.REGRESSED, Verdict.ACCEPTED})


@click.command(
    epilog=f"""\b
Examples:
  mario-perf accept latest --operation PlaceOrderCommand \\
      --because "prices are checked now"
  mario-perf accept 20261123 --operation "GET /search" \\
      --because "better results" --until 2027-01-31
  mario-perf accept latest --cost cpu --because "answers are compressed"

{ACCEPT_EXIT_CODES}"""
)
@click.argument("run")
@click.option("--operation", metavar="NAME", help="The operation that regressed, with its own costs.")
@click.option(
    "--cost",
    "costs",
    metavar="NAME",
    multiple=True,
    help="A cost of the whole process that rose, such as cpu. May be repeated.",
)
@click.option("--because", metavar="TEXT", required=True, help="Why. Each report shows it.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"Last day on which it is accepted. Default: in {DAYS} days. At most in {LONGEST}.",
)
@policy_option
def accept(
    run: str,
    operation: str | None,
    costs: tuple[str, ...],
    because: str,
    until: datetime | None,
    policy: Path | None,
) -> None:
    """Accept a regression that RUN found, for a while.

    Writes it into perf.toml: up to the size that was measured, until a day, and only against the baseline of
    RUN. Each report shows it. A larger rise is red all the same.

    A cost of the whole process, such as CPU time, is accepted by its own name: another operation may be why
    it rose.
    """
    result = report_reading.read(runs.find(run) / FORMATS["json"].file)
    today = datetime.now(UTC).date()
    last = until.date() if until else today + timedelta(days=DAYS)
    if not today <= last <= today + timedelta(days=LONGEST):
        raise UserError(f"--until {last} is not a day from today to in {LONGEST} days")
    accepted = list(_acceptances(result, operation, costs, partial(_acceptance, result, because, last)))
    path = policy or policy_file.DEFAULT_PATH
    before = local_file.content(path).decode() if path.exists() else ""
    after = before + "".join(map(acceptance_text.text, accepted))
    policy_file.parse(after, str(path))
    path.write_text(after.lstrip("\n"), encoding="utf-8")
    names = [name for each in accepted for name in ([each.operation] if each.operation else each.costs)]
    message_lines.say(f"{path}: accepted until {last}: {', '.join(names)}; commit it with the change")
    for left in _of_process(result):
        if left.name not in names and left.verdict is Verdict.REGRESSED:
            option = f"--cost {shlex.quote(left.name)}"
            message_lines.say(f"{left.name} stays red: all operations share it; {option} accepts it")


def _acceptances(
    result: GateResult,
    operation: str | None,
    costs: Sequence[str],
    acceptance: Callable[[str, Mapping[Metric, float], Mapping[str, float]], Acceptance],
) -> Iterator[Acceptance]:
    """Of the operation, and of the costs of the process."""
    if operation is None and not costs:
        raise UserError("nothing is named; give --operation NAME or --cost NAME")
    if operation is not None:
        yield acceptance(operation, *_rises(result, operation))
    if costs:
        yield acceptance("", {}, dict(_rise_of_process(result, name) for name in costs))


def _acceptance(
    result: GateResult,
    because: str,
    until: date,
    operation: str,
    changes: Mapping[Metric, float],
    costs: Mapping[str, float],
) -> Acceptance:
    if not because.strip():
        raise UserError("--because is empty; say why the regression is accepted")
    if faults := result.subject.faults:
        raise UserError(f"the fault was injected ({' '.join(faults)}): the code has no regression to accept")
    if result.subject.baseline is None:
        raise UserError("the run does not know the revision of its baseline; accept a gate of two builds")
    revision = result.subject.baseline.revision.partition(" ")[0]
    return Acceptance(operation, changes, until, revision, because.strip(), costs)


def _rises(result: GateResult, name: str) -> tuple[dict[Metric, float], dict[str, float]]:
    """The largest rise of each metric and of each cost of an operation that the run leaves possible.

    Raises:
        UserError: it is not in the run, or nothing rose.
    """
    found = [one for one in result.operations if one.operation.name == name]
    if not found:
        known = [one.operation.name for one in result.operations]
        raise UserError(f"--operation {name}: not in this run; nearest: {nearest(name, known)}")
    rose = {
        check.metric: math.ceil(check.change.high * _ROUNDED) / _ROUNDED
        for check in found[0].comparisons
        if phrases.rose(check)
    }
    costs = dict(_rise(each) for each in result.costs if each.operation == name and each.verdict in _RISEN)
    if not rose and not costs:
        raise UserError(f"{name} did not regress in this run: there is nothing to accept")
    return rose, costs


def _rise_of_process(result: GateResult, name: str) -> tuple[str, float]:
    """The cost of the process with this name, or with it in its name, and how much it may have risen.

    Raises:
        UserError: none is named so, or none rose, or several did.
    """
    known = _of_process(result)
    part = name.casefold()
    found = [each for each in known if each.name.casefold() == part]
    found = found or [each for each in known if part in each.name.casefold()]
    if not found:
        if owners := [
            each.operation for each in result.costs if each.operation and part == each.name.casefold()
        ]:
            raise UserError(f"--cost {name}: of operations; give --operation {shlex.quote(owners[0])}")
        names = [each.name for each in known]
        raise UserError(f"--cost {name}: not in this run; nearest: {nearest(name, names)}")
    risen = [each for each in found if each.verdict in _RISEN]
    if len(risen) > 1:
        raise UserError(f"--cost {name}: several rose ({', '.join(each.name for each in risen)}); name one")
    if not risen:
        raise UserError(f"{found[0].name} did not rise in this run: there is nothing to accept")
    return _rise(risen[0])


def _of_process(result: GateResult) -> list[CostResult]:
    return [each for each in result.costs if not each.operation]


def _rise(cost: CostResult) -> tuple[str, float]:
    """The largest rise that the run leaves possible, rounded up to three digits."""
    most = cost.change.high
    digit = 10.0 ** (math.floor(math.log10(most)) - 2)
    return cost.name, float(f"{math.ceil(most / digit) * digit:.3g}")
