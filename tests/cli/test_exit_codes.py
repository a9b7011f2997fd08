"""From an outcome or an error to an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from mario_perf.cli.exit_codes import ExitCode, of_error, of_judgement, of_outcome
from mario_perf.errors import BaselineMissingError, EmptyRunError, InvalidRunError, NotKeptError, UserError
from mario_perf.gate.capacity_probe import GeneratorLimitError, ServiceLostError
from mario_perf.gate.load_process import OutOfTimeError, SideDiedError
from mario_perf.model import Outcome

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Inconclusive


@pytest.mark.parametrize(
    ("outcome", "inconclusive", "code"),
    [
        (Outcome.PASS, "fail", ExitCode.PASS),
        (Outcome.REGRESSED, "pass", ExitCode.REGRESSED),
        (Outcome.INCONCLUSIVE, "inconclusive", ExitCode.INCONCLUSIVE),
        (Outcome.INCONCLUSIVE, "pass", ExitCode.PASS),
        (Outcome.INCONCLUSIVE, "fail", ExitCode.REGRESSED),
        (Outcome.INVALID, "inconclusive", ExitCode.INCONCLUSIVE),
        (Outcome.INVALID, "pass", ExitCode.PASS),
        (Outcome.INVALID, "fail", ExitCode.REGRESSED),
    ],
)
def test_only_what_could_not_be_told_is_mapped_by_the_policy(
    outcome: Outcome, inconclusive: Inconclusive, code: ExitCode
) -> None:
    assert of_outcome(outcome, inconclusive) is code


@pytest.mark.parametrize(
    "error",
    [InvalidRunError, EmptyRunError, OutOfTimeError, SideDiedError, GeneratorLimitError, ServiceLostError],
)
@pytest.mark.parametrize(
    ("inconclusive", "code"),
    [
        ("inconclusive", ExitCode.INCONCLUSIVE),
        ("pass", ExitCode.PASS),
        ("fail", ExitCode.REGRESSED),
    ],
)
def test_a_run_that_leaves_no_result_is_mapped_as_any_invalid_one(
    error: type[UserError], inconclusive: Inconclusive, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    def judge() -> Outcome:
        raise error("nothing was sent")

    assert of_judgement(judge, inconclusive) is code
    assert capsys.readouterr().err == "mario-perf: nothing was sent\n"


def test_other_errors_are_not_mapped() -> None:
    def judge() -> Outcome:
        raise UserError("no such file")

    with pytest.raises(UserError, match="no such file"):
        of_judgement(judge, "pass")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("no such file"), ExitCode.USAGE),
        (BaselineMissingError("none"), ExitCode.USAGE),
        (click.UsageError("no such option"), ExitCode.USAGE),
        (EmptyRunError("nothing sent"), ExitCode.INCONCLUSIVE),
        (NotKeptError("it cannot be judged"), ExitCode.INCONCLUSIVE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (click.Abort(), ExitCode.INTERRUPTED),
        (ZeroDivisionError(), ExitCode.UNEXPECTED),
    ],
)
def test_an_error_says_by_its_kind_what_the_command_comes_to(error: BaseException, code: ExitCode) -> None:
    assert of_error(error) is code


def test_the_codes_are_those_that_ci_knows() -> None:
    assert [code.value for code in ExitCode] == [0, 1, 2, 3, 4, 130]
