"""The exit codes: the one place that turns an outcome or an error into one, and says what they mean."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import click

from mario_perf.cli import error_lines
from mario_perf.errors import InvalidRunError, NotKeptError, UserError
from mario_perf.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mario_perf.configuration.policy import Inconclusive


class ExitCode(IntEnum):
    PASS = 0
    UNEXPECTED = 1
    USAGE = 2
    REGRESSED = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


_INCONCLUSIVE_CODES: Mapping[Inconclusive, ExitCode] = {
    "inconclusive": ExitCode.INCONCLUSIVE,
    "pass": ExitCode.PASS,
    "fail": ExitCode.REGRESSED,
}


def of_outcome(outcome: Outcome, inconclusive: Inconclusive) -> ExitCode:
    """What was not judged is 4, unless the policy maps it: could not tell, invalid, or recorded only."""
    if outcome is Outcome.PASS:
        return ExitCode.PASS
    return ExitCode.REGRESSED if outcome is Outcome.REGRESSED else _INCONCLUSIVE_CODES[inconclusive]


def of_error(error: BaseException) -> ExitCode:
    match error:
        case InvalidRunError() | NotKeptError():
            return ExitCode.INCONCLUSIVE
        case UserError() | click.ClickException():
            return ExitCode.USAGE
        case KeyboardInterrupt() | click.Abort():
            return ExitCode.INTERRUPTED
        case _:
            return ExitCode.UNEXPECTED


def of_judgement(judge: Callable[[], Outcome], inconclusive: Inconclusive) -> ExitCode:
    """Judge. A run that cannot be judged is the same outcome with a result and without one."""
    try:
        outcome = judge()
    except InvalidRunError as error:
        error_lines.write(error)
        outcome = Outcome.INVALID
    return of_outcome(outcome, inconclusive)


def of_examination(*, problems: bool) -> ExitCode:
    """Whether a gate can work."""
    return ExitCode.USAGE if problems else ExitCode.PASS


_COMMON_MEANINGS = {
    ExitCode.PASS: "done",
    ExitCode.UNEXPECTED: "unexpected error of the tool",
    ExitCode.USAGE: "usage, configuration or unreadable input",
    ExitCode.INTERRUPTED: "interrupted",
}


def _section(meanings: Mapping[ExitCode, str]) -> str:
    lines = (
        f"  {code.value:<3}  {meaning}" for code, meaning in sorted({**_COMMON_MEANINGS, **meanings}.items())
    )
    return "\n".join(("\b", "Exit codes:", *lines))


COMMON_EXIT_CODES = _section({})
"""Help of commands that judge nothing."""

VERDICT_EXIT_CODES = _section(
    {
        ExitCode.PASS: "pass: no operation is slower or fails more often",
        ExitCode.REGRESSED: "regressed",
        ExitCode.INCONCLUSIVE: "inconclusive, invalid, or recorded only (perf.toml may map it)",
    }
)

STORE_EXIT_CODES = _section({ExitCode.INCONCLUSIVE: "the run is invalid, so it is not stored"})
"""Help of a command that stores a run, or refuses to."""

INIT_EXIT_CODES = _section(
    {
        ExitCode.PASS: "the file is written",
        ExitCode.USAGE: "usage, no metrics of operations, or the file exists",
    }
)
"""Help of a command that writes perf.toml."""

ACCEPT_EXIT_CODES = _section({ExitCode.PASS: "perf.toml is written"})
"""Help of a command that adds to perf.toml."""

USAGE_EXIT_CODES = _section({ExitCode.USAGE: "usage, configuration, or no operations in Prometheus"})
"""Help of a command that asks a Prometheus."""

BISECT_EXIT_CODES = _section(
    {
        ExitCode.PASS: "a commit is known, or that none changed the operation",
        ExitCode.INCONCLUSIVE: "not decided, or the duets were invalid",
    }
)
"""Help of a command that searches a commit."""

DOCTOR_EXIT_CODES = _section(
    {
        ExitCode.PASS: "a gate can work",
        ExitCode.USAGE: "a gate cannot work, or usage, configuration or unreadable input",
    }
)
"""Help of a command that says whether a gate can work."""
