"""The validity checks that passed, as the report lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from mario_perf.model import GateResult


def passed_checks(result: GateResult) -> list[str]:
    """The checks that applied to this result and raised no finding."""
    codes = {finding.code for finding in result.findings}
    return [each.holds for each in Code if each.code not in codes and each.concerns(result)]
