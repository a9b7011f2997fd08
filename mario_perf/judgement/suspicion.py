"""A part that could not tell: what speaks against the candidate, and what is unseen under load.

On a busy machine such a part can hardly tell anything, and the part alone still can. Its pass stands, unless
a check under load would be red at a false-alarm rate of ``check_verdicts.SUSPICION_RATE``, or something other
than the load generator and the machine kept the part from being judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mario_perf import figures
from mario_perf.errors import counted, listed
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.validity.codes import BY_NAME, Blame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import Comparison, Finding, GateResult, OperationResult

AGAIN: Final = "Play it by itself when this machine is quiet: mario-perf gate --part load."
"""What to do about a part that was not played, or not as it was meant to be."""

_NO_BUILDS_DOING: Final = frozenset({Blame.GENERATOR, Blame.MACHINE})
_NOT_PASSED: Final = frozenset({Verdict.INCONCLUSIVE, Verdict.REGRESSED})
_OPEN: Final = frozenset({Outcome.INCONCLUSIVE, Outcome.INVALID})


def is_unseen(result: GateResult) -> bool:
    """Whether a part under load could not tell, and nothing in it speaks against the candidate."""
    if result.runs[-1].part == "alone" or result.outcome not in _OPEN or not result.operations:
        return False
    return not any(map(_is_a_builds_doing, result.findings)) and not has_suspects(result)


def has_suspects(result: GateResult) -> bool:
    """Whether an operation that has not passed may have become worse."""
    return any(_suspects(result))


def unseen_text(result: GateResult) -> str:
    """What a part that could not tell leaves unseen, in a sentence."""
    still_open = [each for each in result.operations if each.verdict is Verdict.INCONCLUSIVE]
    checks = [check for each in still_open if (check := each.decisive_comparison)]
    if result.outcome is Outcome.INVALID or not checks:
        return result.sentence
    widest = max(checks, key=lambda each: each.detectable)
    metric = METRICS[widest.metric]
    number = f"{len(still_open)} of {counted(len(result.operations), 'operation')}"
    if not figures.is_visible(widest.detectable, share=metric.share):
        return f"No rise of the {metric.title} would have been seen ({number})."
    least = figures.size(widest.detectable, share=metric.share)
    return f"A rise of the {metric.title} of less than {least} would have gone unseen ({number})."


def suspicion_text(result: GateResult) -> str:
    """What may have become worse. Begins with a space; empty where nothing is suspected."""
    names = [
        f"{one.title} ({METRICS[check.metric].title} "
        f"{figures.change(check.change.value, share=METRICS[check.metric].share)})"
        for one, check in _suspects(result)
    ]
    return f" It may be worse: {listed(names, max_items=3)}." if names else ""


def _suspects(result: GateResult) -> Iterator[tuple[OperationResult, Comparison]]:
    """What is suspected, and the first check that says so. An invalid part may even call it regressed."""
    for one in result.operations:
        checks = (each for each in one.comparisons if each.suspected)
        if one.verdict in _NOT_PASSED and (check := next(checks, None)):
            yield one, check


def _is_a_builds_doing(finding: Finding) -> bool:
    """Whether a finding that spoils a part may be the doing of a build, or of what was asked for."""
    return finding.severity is Severity.INVALID and BY_NAME[finding.code].blame not in _NO_BUILDS_DOING
