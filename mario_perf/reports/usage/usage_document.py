"""Usage as JSON. Keys are only added within a ``format_version``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mario_perf.usage.usage_model import Standing

if TYPE_CHECKING:
    from mario_perf.run_record import Span
    from mario_perf.usage.usage_model import OperationUse, Usage

FORMAT_VERSION = 1


def render(usage: Usage) -> str:
    """The document: times are unix seconds, shares from 0 to 1, null what is not known."""
    return json.dumps(_document(usage), indent=2, ensure_ascii=False) + "\n"


def _document(usage: Usage) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "span": _span(usage.span),
        "before": usage.before and _span(usage.before),
        "executions": usage.executions,
        "success": usage.success,
        "balance": usage.balance,
        "errors": usage.errors,
        "operations": [_operation(one) for one in usage.operations],
        "periods": [{**_span(each.span), "executions": each.executions} for each in usage.periods],
        "peaks": [{**_span(each.span), "executions": each.executions} for each in usage.peaks()],
        **{
            key: None if usage.before is None else [each.name for each in usage.standing(standing)]
            for key, standing in (("new", Standing.NEW), ("no_longer_used", Standing.GONE))
        },
        "never_used": [each.name for each in usage.standing(Standing.UNUSED)],
    }


def _operation(one: OperationUse) -> dict[str, Any]:
    return {
        "name": one.operation.name,
        "kind": one.operation.kind,
        "executions": one.executions,
        "failures": dict(one.failures),
        "success": one.success,
        "standing": one.standing.value,
    }


def _span(span: Span) -> dict[str, float]:
    return {"start": span.start, "end": span.end}
