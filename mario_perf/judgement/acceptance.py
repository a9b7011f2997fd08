"""Regressions that the policy accepts: of one operation, up to a size, until a day, against one baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.judgement.check_verdicts import combine
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from mario_perf.configuration.policy import Acceptance
    from mario_perf.model import Comparison, Finding, OperationResult


_NOT_DONE = frozenset({Verdict.REGRESSED, Verdict.INCONCLUSIVE})


def in_force(accepted: Iterable[Acceptance], baseline: str | None, today: date) -> list[Acceptance]:
    """Those that have not ended, and are for this baseline."""
    return [each for each in accepted if today <= each.until and _is_for(each, baseline)]


def apply(result: OperationResult, accepted: Sequence[Acceptance]) -> OperationResult:
    """The result without the rises that are accepted: what else got worse, or is open, decides."""
    own = next((each for each in accepted if each.operation == result.operation.name), None)
    if own is None or result.verdict is not Verdict.REGRESSED:
        return result
    checks = tuple(_without_accepted(own, check) for check in result.comparisons)
    taken_out = [METRICS[each.metric].title for each in checks if each.verdict is Verdict.ACCEPTED]
    if not taken_out:
        return result
    result = replace(result, comparisons=checks)
    rest = [each for each in checks if each.gating and each.verdict is not Verdict.ACCEPTED]
    if rest and (left := combine([(each.metric, each.verdict) for each in rest]))[0] in _NOT_DONE:
        verdict, spoke = left
        why = next(each.explanation for each in rest if (each.metric, each.verdict) == (spoke, verdict))
        why = f"Beside what is accepted until {own.until} ({', '.join(taken_out)}): {why}"
        return replace(result, verdict=verdict, decided_by=spoke, explanation=why)
    explanation = f"Accepted until {own.until}, because {own.because}. {result.explanation}"
    return replace(result, verdict=Verdict.ACCEPTED, explanation=explanation)


def findings(accepted: Iterable[Acceptance], baseline: str | None, today: date) -> Iterator[Finding]:
    """Each, in force or not."""
    for each in accepted:
        sizes = ", ".join(
            f"{METRICS[metric].title} up to {figures.change(most, share=METRICS[metric].share)}"
            for metric, most in each.changes.items()
        )
        if today > each.until:
            yield Code.ACCEPTANCE_ENDED.finding(operation=each.operation, why=f"ended on {each.until}")
        elif not _is_for(each, baseline):
            why = f"is for the baseline {each.baseline}, and this is another"
            yield Code.ACCEPTANCE_ENDED.finding(operation=each.operation, why=why)
        else:
            yield Code.ACCEPTED.finding(
                operation=each.operation, sizes=sizes, until=each.until, because=each.because
            )


def _is_for(one: Acceptance, baseline: str | None) -> bool:
    """Revisions may be of different lengths: as people write them, and as git does."""
    this = (baseline or "").partition(" ")[0]
    return bool(this) and (this.startswith(one.baseline) or one.baseline.startswith(this))


def _without_accepted(one: Acceptance, check: Comparison) -> Comparison:
    """A rise is accepted by its size; what is open, only if nothing larger is possible."""
    most = one.changes.get(check.metric)
    if most is None or not check.gating or check.against != "baseline":
        return check
    size = {Verdict.REGRESSED: check.change.value, Verdict.INCONCLUSIVE: check.change.high}.get(check.verdict)
    return check if size is None or not size <= most else replace(check, verdict=Verdict.ACCEPTED)
