"""Regressions that the policy accepts: up to a size, until a day, against one baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import cost_indicators, figures
from mario_perf.judgement.check_verdicts import combine
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from mario_perf.configuration.policy import Acceptance, Policy
    from mario_perf.model import Comparison, CostResult, Finding, OperationResult


_NOT_DONE = frozenset({Verdict.REGRESSED, Verdict.INCONCLUSIVE})


def in_force(accepted: Iterable[Acceptance], baseline: str | None, today: date) -> list[Acceptance]:
    """Those that have not ended, and are for this baseline."""
    return [each for each in accepted if today <= each.until and _is_for(each, baseline)]


def apply(result: OperationResult, accepted: Sequence[Acceptance]) -> OperationResult:
    """The result without the rises that are accepted: what else got worse, or is open, decides.

    What was accepted last holds.
    """
    name = result.operation.name
    own = next((each for each in reversed(accepted) if each.operation == name and each.changes), None)
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


def apply_to_cost(result: CostResult, accepted: Sequence[Acceptance]) -> CostResult:
    """The result; accepted, if it rose by no more than what was accepted last."""
    name = result.name
    own = (each for each in reversed(accepted) if each.operation == result.operation and name in each.costs)
    one = next(own, None)
    if one is None or result.verdict is not Verdict.REGRESSED or not result.change.value <= one.costs[name]:
        return result
    explanation = f"Accepted until {one.until}, because {one.because}. {result.explanation}"
    return replace(result, verdict=Verdict.ACCEPTED, explanation=explanation)


def findings(policy: Policy, baseline: str | None, today: date, *, costs: bool) -> Iterator[Finding]:
    """Each that the policy accepts, in force or not; those of costs where ``costs`` are judged."""
    for each in policy.accepted if costs else map(_without_costs, policy.accepted):
        if not each.changes and not each.costs:
            continue
        owner = each.operation or ", ".join(each.costs)
        if today > each.until:
            yield Code.ACCEPTANCE_ENDED.finding(owner=owner, why=f"ended on {each.until}")
        elif not _is_for(each, baseline):
            why = f"is for the baseline {each.baseline}, and this is another"
            yield Code.ACCEPTANCE_ENDED.finding(owner=owner, why=why)
        else:
            sizes = ", ".join(filter(None, (each.operation, *_sizes(each, policy))))
            yield Code.ACCEPTED.finding(sizes=sizes, until=each.until, because=each.because)


def _without_costs(one: Acceptance) -> Acceptance:
    return replace(one, costs={})


def _sizes(one: Acceptance, policy: Policy) -> Iterator[str]:
    for metric, most in one.changes.items():
        yield f"{METRICS[metric].title} up to {figures.change(most, share=METRICS[metric].share)}"
    for name, most in one.costs.items():
        yield f"{name} up to {cost_indicators.size(policy.indicators, name, most)}"


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
