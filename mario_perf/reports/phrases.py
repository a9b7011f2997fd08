"""Phrases for a result, the same in each output format."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote

from mario_perf import figures
from mario_perf.errors import listed
from mario_perf.figures import UNKNOWN
from mario_perf.judgement.doubts import TOO_FEW
from mario_perf.metric_catalogue import METRICS, Kind
from mario_perf.model import Outcome, Verdict
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import Comparison, Finding, GateResult, OperationResult

# A symbol beside each colour, for readers who cannot tell colours apart.
SYMBOLS = {
    Verdict.REGRESSED: "▲",
    Verdict.INCONCLUSIVE: "?",
    Verdict.IMPROVED: "▼",
    Verdict.UNCHANGED: "=",
    Verdict.ACCEPTED: "△",
    Verdict.RECORDED: "•",
}
OUTCOME_SYMBOLS = {
    Outcome.PASS: "✓",
    Outcome.REGRESSED: "▲",
    Outcome.INCONCLUSIVE: "?",
    Outcome.INVALID: "!",
    Outcome.RECORDED: "•",
}
OUTCOMES = {
    Outcome.PASS: "Pass",
    Outcome.REGRESSED: "Regressed",
    Outcome.INCONCLUSIVE: "Inconclusive",
    Outcome.INVALID: "Invalid run",
    Outcome.RECORDED: "Recorded",
}
_IN_UNIT = {
    Kind.DURATION: figures.seconds,
    Kind.SHARE: figures.percent,
    Kind.RATE: figures.rate,
    Kind.RATIO: figures.times,
}
_NOT_IN_ANCHOR = re.compile(r"[\s%]|(?<=^page):")
"""White space ends an id, ``page:`` begins the report's own ids, and ``%`` marks an escape."""


_DUET = {
    "alone": "Duet: both builds ran at the same time, and each request went to both.",
    "load": "Under load: the builds took turns within seconds, at one rate of arrivals.",
}


def method(result: GateResult) -> str:
    """How the two sides were measured."""
    if result.method == "duet":
        parts = {run.part for run in result.runs}
        return " ".join(text for part, text in _DUET.items() if part in parts)
    if not result.baseline_runs:
        if result.outcome is Outcome.RECORDED:
            return "Recorded: neither a baseline nor limits to judge by."
        if result.outcome is Outcome.INVALID and not _has_limits(result):
            return "Not judged: neither a baseline nor limits to judge by, and the run is invalid."
        return "Limits only: the candidate against the policy's limits, without a baseline."
    if result.environment_changes:
        return "Stored: the candidate against a baseline from a different environment."
    return "Stored: the candidate against an earlier baseline from the same environment."


def _has_limits(result: GateResult) -> bool:
    return any(check.against == "limit" for one in result.operations for check in one.comparisons)


def environment(result: GateResult) -> str:
    """The environments of both sides, for a result without differences between them."""
    if result.method == "duet":
        return "This is the machine that sent the load. Both builds ran on it."
    if not result.baseline_runs:
        return "No baseline, so no other environment."
    return "Baseline and candidate had the same environment."


def overall(result: GateResult) -> str:
    """The typical time of all operations together: ``+4.2 % (+3.1 to +5.3 %)``; empty where it is unknown."""
    if (it := result.overall) is None:
        return ""
    return figures.relative_with_span(it.value, it.low, it.high)


def typical(one: OperationResult) -> Comparison | None:
    """The comparison of the typical time with the baseline."""
    return next((c for c in _changes(one) if c.metric == "latency"), None)


def rose(check: Comparison) -> bool:
    """Whether it counts and got worse than the noise threshold, by all of its interval."""
    moved = check.verdict in {Verdict.REGRESSED, Verdict.ACCEPTED} or check.change.low > check.threshold
    return moved and check.gating and check.against == "baseline" and math.isfinite(check.change.high)


def without_baseline(result: GateResult) -> bool:
    """Whether there is nothing to compare with."""
    return result.method == "stored" and not result.baseline_runs


def moved(result: GateResult) -> list[OperationResult]:
    """What is worth a line: all that is not unchanged; without a baseline, everything."""
    every = without_baseline(result)
    return [one for one in result.operations if every or one.verdict is not Verdict.UNCHANGED]


def further_findings(result: GateResult) -> list[Finding]:
    """Those that the gate's answer and its reasons do not say already."""
    too_few = any(reason.startswith(TOO_FEW) for reason in result.reasons)
    return [
        each
        for each in result.findings
        if each.message not in result.sentence and not (too_few and Code.FEW_SAMPLES.is_in(each))
    ]


def verdict_counts(operations: Sequence[OperationResult]) -> dict[Verdict, int]:
    """Number of operations by verdict, including verdicts with none."""
    counts = Counter(one.verdict for one in operations)
    return {verdict: counts[verdict] for verdict in Verdict}


def duration_change(one: OperationResult) -> Comparison | None:
    """The change of durations that counts for the verdict; None when there is none."""
    durations = [c for c in _changes(one) if METRICS[c.metric].kind is Kind.DURATION]
    preferred = [c for c in durations if c.metric == one.decided_by] or [c for c in durations if c.gating]
    return next(iter(preferred or durations), None)


def share_change(one: OperationResult, metric: Metric) -> Comparison | None:
    """The change of a share of executions, if it was compared."""
    return next((c for c in _changes(one) if c.metric == metric), None)


def _changes(one: OperationResult) -> list[Comparison]:
    """The comparisons with the baseline, without those with a limit."""
    return [c for c in one.comparisons if c.against == "baseline"]


def so_far(operations: Sequence[OperationResult]) -> Iterator[str]:
    """While a gate runs: how many operations are open, and what is worst of what stands out."""
    still_open = sum(one.verdict is Verdict.INCONCLUSIVE for one in operations)
    if still_open:
        yield f"{still_open} open"
    rises = [(one, it) for one in operations if (it := one.decisive_comparison) and rose(it)]
    if rises:
        worst, it = max(rises, key=lambda each: each[1].change.value / (each[1].threshold or math.inf))
        yield f"{worst.title} {change(it)} so far"


def bucket_width_hint(one: OperationResult) -> str | None:
    """Say that the buckets are too wide to judge p95; None if p95 was judged, cannot be, or nothing ran."""
    if one.part == "load":
        return None
    comparisons = [c for c in one.comparisons if c.metric == "p95"]
    has_counts = all(side is not None and any(side.histogram) for side in (one.baseline, one.candidate))
    if not has_counts or not any(c.against == "baseline" and not c.gating for c in comparisons):
        return None
    width = one.bucket_resolution
    undetectable = f"a change below {figures.percent(width)}" if math.isfinite(width) else "a change of p95"
    against = " against the baseline" if any(c.against == "limit" for c in comparisons) else ""
    return f"p95 was not judged{against}: these buckets cannot show {undetectable}"


def bucket_width_hints(operations: Sequence[OperationResult]) -> list[str]:
    """The same for many operations: each sentence once, with the names of its operations."""
    names: dict[str, list[str]] = defaultdict(list)
    for one in operations:
        if sentence := bucket_width_hint(one):
            names[sentence].append(one.title)
    return [f"{sentence} ({listed(those)})" for sentence, those in names.items()]


def title(comparison: Comparison) -> str:
    """The metric's name: the same in every table, chart and sentence."""
    return METRICS[comparison.metric].title


def subject(comparison: Comparison) -> str:
    """What is compared: ``p95``, or ``p95 against the limit``."""
    name = title(comparison)
    return f"{name} against the limit" if comparison.against == "limit" else name


def change(comparison: Comparison) -> str:
    """The change alone: ``+12.3 %``."""
    return _format_change(comparison, comparison.change.value)


def before_and_after(comparison: Comparison) -> str:
    """The baseline's value, or the limit, and the candidate's: ``9.97 ms → 12.1 ms``."""
    old, new = (quantity(comparison.metric, each) for each in (comparison.baseline, comparison.candidate))
    return UNKNOWN if old == new == UNKNOWN else f"{old} → {new}"


def interval(comparison: Comparison) -> str:
    """The interval of the change: ``+9.8 % to +15.1 %``."""
    low, high = comparison.change.low, comparison.change.high
    if math.isfinite(low) and math.isfinite(high):
        return figures.span(_format_change(comparison, low), _format_change(comparison, high))
    if math.isfinite(low):
        return f"{_format_change(comparison, low)} or more"
    if math.isfinite(high):
        return f"{_format_change(comparison, high)} or less"
    return UNKNOWN


def detectable(comparison: Comparison) -> str:
    """The smallest change that the run could show; ``none`` if it could show no change, ``-`` for a limit."""
    if comparison.against == "limit":
        return "-"
    if not figures.is_visible(comparison.detectable, share=METRICS[comparison.metric].share):
        return "none"
    return _size(comparison, comparison.detectable)


def threshold(comparison: Comparison) -> str:
    """The smallest change that matters."""
    return _size(comparison, comparison.threshold)


def quantity(metric: Metric, value: float) -> str:
    """A value of a metric in its unit."""
    return _IN_UNIT[METRICS[metric].kind](value)


def _format_change(comparison: Comparison, value: float) -> str:
    return figures.change(value, share=METRICS[comparison.metric].share)


def _size(comparison: Comparison, value: float) -> str:
    return figures.size(value, share=METRICS[comparison.metric].share)


def anchor(one: OperationResult) -> str:
    """The operation's id in the page: its name, escaped where it would clash."""
    return _NOT_IN_ANCHOR.sub(lambda found: quote(found[0], safe=""), one.title)


def span(ends: tuple[float, float]) -> str:
    """Two durations as a range; one, when both read the same."""
    low, high = figures.seconds(ends[0]), figures.seconds(ends[1])
    if low == high:
        return low
    number, _, unit = low.partition(" ")
    return f"{number} to {high}" if high.endswith(f" {unit}") else f"{low} to {high}"


def waiting_time(bounds: tuple[float, float]) -> str:
    """How much longer the client waited: a range, open where a bucket has no upper bound."""
    low, high = bounds
    if not math.isfinite(high):
        return UNKNOWN
    return span(bounds) if math.isfinite(low) else f"{figures.seconds(high)} or less"


def failure_kinds(one: OperationResult) -> list[tuple[str, int, int]]:
    """Every category of failure with its count on the baseline and on the candidate."""
    old = one.baseline.failures if one.baseline else {}
    new = one.candidate.failures if one.candidate else {}
    return [(kind, old.get(kind, 0), new.get(kind, 0)) for kind in sorted({*old, *new})]
