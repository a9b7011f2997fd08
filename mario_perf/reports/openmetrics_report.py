"""The verdicts as OpenMetrics, for the node exporter's textfile collector.

Written by hand because the format is small: prometheus_client would need a registry per report.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from mario_perf.model import Outcome, Verdict
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mario_perf.model import Comparison, CostResult, GateResult, OperationResult


def render(result: GateResult) -> str:
    """All metrics of one gate; what is unknown is NaN or an infinity, as the format has it."""
    return "\n".join((*_lines(redact(result)), "# EOF")) + "\n"


def _lines(result: GateResult) -> Iterator[str]:
    outcomes = ((("outcome", one.value),) for one in Outcome)
    yield from _family(
        "mario_perf_gate_outcome",
        "Outcome of the last gate: 1 for this one, else 0.",
        ((dict(labels), float(labels[0][1] == result.outcome.value)) for labels in outcomes),
    )
    created = datetime.fromisoformat(result.created_at).timestamp()
    yield from _family("mario_perf_gate_created_seconds", "End of the last gate, unix time.", [({}, created)])
    yield from _family(
        "mario_perf_gate_measured_seconds", "Measured time of the last gate.", [({}, result.seconds)]
    )
    yield from _family(
        "mario_perf_operation_verdict",
        "Verdict of the operation: 1 for this one, else 0.",
        (
            ({**_labels(one), "verdict": verdict.value}, float(verdict is one.verdict))
            for one in result.operations
            for verdict in Verdict
        ),
    )
    yield from _family(
        "mario_perf_change_ratio",
        "Change against the baseline or a limit, and the ends of its interval; of shares a difference.",
        (sample for one in result.operations for sample in _changes(one)),
    )
    yield from _costs(result.costs)


def _costs(costs: Sequence[CostResult]) -> Iterator[str]:
    yield from _family(
        "mario_perf_cost_verdict",
        "Verdict of what executions cost: 1 for this one, else 0.",
        (
            ({**_cost_labels(cost), "verdict": verdict.value}, float(verdict is cost.verdict))
            for cost in costs
            for verdict in Verdict
        ),
    )
    yield from _family(
        "mario_perf_cost_amount",
        "What executions cost, in the unit of the label, on each side.",
        (
            ({**_cost_labels(cost), "unit": cost.unit, "side": side}, amount)
            for cost in costs
            for side, amount in (("baseline", cost.baseline), ("candidate", cost.candidate))
        ),
    )


def _changes(one: OperationResult) -> Iterator[tuple[dict[str, str], float]]:
    for comparison in one.comparisons:
        change = comparison.change
        for part, value in (("value", change.value), ("low", change.low), ("high", change.high)):
            yield {**_labels(one), **_comparison_labels(comparison), "part": part}, value


def _comparison_labels(comparison: Comparison) -> dict[str, str]:
    return {"metric": comparison.metric, "against": comparison.against}


def _family(name: str, text: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {_number(value)}" if inner else f"{name} {_number(value)}"


def _labels(one: OperationResult) -> dict[str, str]:
    return {"kind": one.operation.kind, "operation": one.title}


def _cost_labels(cost: CostResult) -> dict[str, str]:
    return {"cost": cost.name, "per": cost.per, "operation": cost.operation}


def _escape(raw: str) -> str:
    return raw.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))
