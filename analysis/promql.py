"""PromQL that shows in Prometheus what a report shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.metrics import Metrics


def p95(operation: str, metrics: Metrics) -> str:
    """An expression for the p95 of an operation's successes, in the histogram's unit."""
    named = metrics.labels_of(operation).items()
    matchers = [f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in named]
    if metrics.status_label is not None:
        matchers.append(f"{metrics.status_label}!~{json.dumps(metrics.failing_status)}")
    selector = f"{metrics.duration}_bucket{{{','.join(matchers)}}}"
    return f"histogram_quantile(0.95, sum by (le) (rate({selector}[1m])))"
