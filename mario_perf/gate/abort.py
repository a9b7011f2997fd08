"""Gates that something ended before they knew: what was measured until then, and why it is not more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.errors import UserError
from mario_perf.judgement.judge import Measured, measured
from mario_perf.judgement.round_selection import judged
from mario_perf.model import Finding, GateResult, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.judge import SourceOf


class BrokenOffError(UserError):
    """A side died and there is nothing to report. As invalid as any run."""

    exit_code = 4


def invalid(
    played: Sequence[Measured], baseline: Baseline | None, policy: Policy, reason: Finding
) -> GateResult:
    """What was measured, as an invalid result with the reason.

    Raises:
        UserError: as ``judged``.
    """
    result = judged(played, baseline, policy)
    return replace(
        result,
        outcome=Outcome.INVALID,
        sentence=f"The run cannot be judged: {reason.message}.",
        findings=(reason, *result.findings),
    )


def first_run(folder: Path, source_of: SourceOf, died: Exception) -> Measured:
    """What the first run saw until a service died.

    Raises:
        BrokenOffError: nothing.
    """
    try:
        broken = runs.load(folder)
        return measured(broken, source_of(broken))
    except UserError as nothing:
        raise BrokenOffError(f"{died}, before anything was measured") from nothing
