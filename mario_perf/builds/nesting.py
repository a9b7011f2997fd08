"""A gate inside a gate of the same repository: its git hook may start the next one, without end."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mario_perf.builds import git
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "MARIO_PERF_GATE_OF"
"""Names the repositories of the gates that started this process; their children inherit it."""


@contextmanager
def forbid_nesting() -> Iterator[None]:
    """Mark what the block starts.

    Raises:
        UserError: a gate of this repository started this process.
    """
    value, repository = os.environ.get(VARIABLE, ""), str(git.common_folder() or "")
    outer_gates = value.split(os.pathsep)
    if repository and repository in outer_gates:
        raise UserError(
            f"a gate of {repository} has started this one, which would start the next without end; let its "
            f"git hook do nothing where {VARIABLE} is set"
        )
    _mark(os.pathsep.join(filter(None, (*outer_gates, repository))))
    try:
        yield
    finally:
        _mark(value)


def _mark(repositories: str) -> None:
    if repositories:
        os.environ[VARIABLE] = repositories
    else:
        os.environ.pop(VARIABLE, None)
