"""The exit code of Locust's process, by Locust's own conventions."""

from __future__ import annotations

from typing import Final


class DefaultCode(int):
    """The value of `--exit-code-on-error` when it is not given, told apart from the same number given."""


DEFAULT: Final = DefaultCode(1)


def process_exit_code(given: int | None, on_error: int, *, errors: bool, exceptions: bool) -> int | None:
    """The exit code for Locust to use; None for the code that Locust finds itself.

    Failed requests alone are judged by the analysis, unless `--exit-code-on-error` leaves them to Locust.

    Args:
        given: The code that a listener has set.
        on_error: The value of `--exit-code-on-error`.
        errors: Whether requests failed.
        exceptions: Whether the locustfile raised errors of its own.
    """
    if given is None and errors and not exceptions and isinstance(on_error, DefaultCode):
        return 0
    return given
