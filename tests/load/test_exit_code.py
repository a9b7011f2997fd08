"""Locust's exit code: failed requests are for the analysis, all else is as in Locust."""

import pytest

from mario_perf.load.exit_code import process_exit_code
from tests.load.option_parsing import resolved

DEFAULT = resolved().exit_code_on_error


def test_failed_requests_alone_are_left_to_the_analysis() -> None:
    assert process_exit_code(None, DEFAULT, errors=True, exceptions=False) == 0


def test_a_code_given_on_purpose_is_kept_though_it_is_locusts_default() -> None:
    given = resolved(exit_code_on_error=1).exit_code_on_error
    assert given == DEFAULT
    assert process_exit_code(None, given, errors=True, exceptions=False) is None


@pytest.mark.parametrize("code", [0, 3, 42])
def test_a_code_that_a_listener_has_set_is_kept(code: int) -> None:
    assert process_exit_code(code, DEFAULT, errors=True, exceptions=False) == code


def test_without_failures_or_with_errors_of_the_locustfile_locust_decides() -> None:
    assert process_exit_code(None, DEFAULT, errors=False, exceptions=False) is None
    assert process_exit_code(None, DEFAULT, errors=True, exceptions=True) is None
