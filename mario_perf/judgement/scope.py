"""What a gate looked at, and so what its answer says nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.errors import counted, listed
from mario_perf.metric_catalogue import METRICS, Kind
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import OperationResult
    from mario_perf.run_record import RunRecord, TargetRecord


def scope(runs: Sequence[RunRecord], operations: Sequence[OperationResult]) -> str:
    """The load, how old the services were, and what was judged of how many operations; one line.

    A lock shows with several users only, and what grows with what is stored shows in old processes only.
    """
    judged = [each for each in operations if each.verdict is not Verdict.INCONCLUSIVE]
    number = counted(len(judged), "operation")
    times = "response time" if _by_client(runs) else _times(judged)
    return f"{_load(runs)}, {_age(runs)}, {times} of {number}" if judged else ""


def _by_client(runs: Sequence[RunRecord]) -> bool:
    """Whether no metrics were read: then all times are the client's."""
    return not any(target.metrics_url for each in runs for target in each.targets)


def _load(runs: Sequence[RunRecord]) -> str:
    if levels := {each.rate for each in runs if each.rate and each.part == "load"}:
        rates = listed(map(figures.count, sorted(levels)))
        return f"one build at a time at {rates} journeys a second"
    if offered := [each.rate for each in runs if each.rate]:
        return f"{figures.count(max(offered))} journeys a second"
    users = max(each.users for each in runs)
    return "one user" if users == 1 else f"{users} users"


def _age(runs: Sequence[RunRecord]) -> str:
    targets = [target for each in runs for target in each.targets]
    if any(target.fresh is False for target in targets):
        return "services that ran before"
    most = max(map(_requests, targets), default=0)
    return f"services that had answered at most {figures.count(most)} requests"


def _requests(target: TargetRecord) -> int:
    return sum(step.started for step in target.whole_run)


def _times(judged: Sequence[OperationResult]) -> str:
    checks = [check for each in judged for check in each.comparisons if check.gating]
    metrics = [METRICS[check.metric] for check in checks]
    responses = any(metric.client and metric.kind is Kind.DURATION for metric in metrics)
    return "service and response time" if responses else "service time"
