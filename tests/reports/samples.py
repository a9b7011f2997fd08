"""Gate results as real ones look: every verdict, hostile names, missing data."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.load.record.latency_counts import Latencies
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import (
    Commit,
    Comparison,
    CostResult,
    Estimate,
    Finding,
    GateResult,
    Operation,
    OperationResult,
    Outcome,
    Past,
    PastValues,
    Quantile,
    Reconciliation,
    Severity,
    Subject,
    Summary,
    Verdict,
)
from mario_perf.run_record import (
    Environment,
    Generator,
    Latency,
    Packages,
    Rates,
    RunRecord,
    Side,
    Span,
    StepCounts,
    TargetRecord,
)
from mario_perf.sources.report_queries import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.metric_catalogue import Metric

BOUNDS = np.round(1e-4 * 10 ** (np.arange(101) / 20), 9)  # 20 a decade from 0.1 ms to 10 s
HOSTILE = "<script>alert(1)</script>\"&' onload=x"
CONTROL = "/items\x1b[2J\x00\ufffe"
WINDOW = 60.0
_CONFIDENCE = 0.9995

_SENTENCES = {
    Verdict.REGRESSED: "more than the noise threshold of {}.",
    Verdict.IMPROVED: "the whole interval lies below the noise threshold.",
    Verdict.UNCHANGED: "a change that matters is ruled out.",
    Verdict.INCONCLUSIVE: "it may be above the noise threshold, or below the resolution.",
}


SUBJECT = Subject(
    run_id="20261123T160612Z-5e1d",
    service="the pizzeria of this checkout, started by python -m mario_perf.pizzeria",
    project="trattoria/mario",
    branch="feature/faster-ovens",
    baseline=Commit("3f2a91c04d", "Bake in batches", "https://git.example/trattoria/mario/commit/3f2a91c04d"),
    candidate=Commit(
        "b81d7e22aa with changes",
        "Let the oven <preheat>",
        "https://git.example/trattoria/mario/commit/b81d7e22aa",
    ),
    pull_request="#12",
    pull_request_url="https://git.example/trattoria/mario/pull/12",
    faults=("--slow PlaceOrderCommand=1.5",),
)

COSTS = (
    CostResult(
        name="SQL statements",
        operation="PlaceOrderCommand",
        per="operation",
        unit="count",
        baseline=3.0,
        candidate=4.0,
        change=Estimate(1 / 3, 0.31, 0.36, 0.95),
        noise=0.01,
        verdict=Verdict.REGRESSED,
        explanation="SQL statements rose from 3.00 to 4.00 a PlaceOrderCommand.",
    ),
    CostResult(
        name="growth of memory",
        operation="",
        per="growth",
        unit="bytes",
        baseline=150_000.0,
        candidate=float("nan"),
        change=Estimate.unknown(0.95),
        noise=200_000.0,
        verdict=Verdict.INCONCLUSIVE,
        explanation="Growth of memory: unknown a 1,000 executions, 150 kB in the baseline.",
    ),
)


def histogram(median: float, spread: float, executions: int) -> tuple[int, ...]:
    """Counts in BOUNDS of log-normal durations with a slow tail of 4 % at three times the median."""
    edges = np.concatenate(([1e-9], BOUNDS, [1e9]))
    below = sum(
        share * np.array([_normal((math.log(edge / middle)) / spread) for edge in edges])
        for share, middle in ((0.96, median), (0.04, 3 * median))
    )
    counts = np.round(np.diff(below) * executions).astype(int)
    counts[counts.argmax()] += executions - counts.sum()
    return tuple(int(count) for count in counts)


def side(
    median: float, *, spread: float = 0.25, executions: int = 2400, failures: Mapping[str, int] | None = None
) -> Summary:
    """One side of an operation whose successes take about ``median`` seconds."""
    failed = dict(failures or {})
    counts = histogram(median, spread, executions - sum(failed.values()))
    over_time = tuple(
        (5.0 * index, median * (1 + 0.03 * math.sin(index)), median * 1.9 * (1 + 0.08 * math.cos(2 * index)))
        for index in range(13)
    )
    return Summary(
        executions=executions,
        rate=executions / WINDOW,
        error_ratio=sum(failed.values()) / executions if executions else math.nan,
        failures=failed,
        mean=median * 1.12,
        p50=quantile(counts, 0.50),
        p95=quantile(counts, 0.95),
        p99=quantile(counts, 0.99),
        histogram=counts,
        over_time=over_time,
    )


def quantile(counts: Sequence[int], q: float) -> Quantile:
    """The middle of the bucket in which the quantile lies, and that bucket."""
    total = sum(counts)
    if not total:
        return Quantile(math.nan, 0.0, math.inf)
    index = int(np.searchsorted(np.cumsum(counts), q * total))
    low, high = float(BOUNDS[index - 1]), float(BOUNDS[index])
    return Quantile(math.sqrt(low * high), low, high)


def comparison(
    metric: Metric,
    values: tuple[float, float],
    interval: tuple[float, float, float],
    verdict: Verdict,
    *,
    gating: bool = False,
) -> Comparison:
    """A comparison with a noise threshold of 3 % (half a point for shares)."""
    value, low, high = interval
    unit, threshold = ("points", "0.5 points") if METRICS[metric].share else ("%", "3 %")
    return Comparison(
        metric=metric,
        baseline=values[0],
        candidate=values[1],
        change=Estimate(value, low, high, _CONFIDENCE),
        threshold=0.005 if METRICS[metric].share else 0.03,
        detectable=(high - low) / 2 + 0.01,
        gating=gating,
        verdict=verdict,
        explanation=(
            f"The {METRICS[metric].title} changed by {100 * value:+.1f} {unit} "
            f"(95 % interval {100 * low:+.1f} {unit} to {100 * high:+.1f} {unit}): "
            f"{_SENTENCES[verdict].format(threshold)}"
        ),
        resolution=0.01 if METRICS[metric].share else 0.05,
    )


def compared(
    name: str,
    kind: str,
    median: float,
    interval: tuple[float, float, float],
    verdict: Verdict,
) -> OperationResult:
    """An operation whose typical time changed as given, and whose errors did not."""
    old, new = side(median), side(median * (1 + interval[0]))
    typical = comparison("latency", (old.mean, new.mean), interval, verdict, gating=True)
    others = (
        comparison("p50", (old.p50.value, new.p50.value), interval, verdict),
        comparison(
            "p95", (old.p95.value, new.p95.value), _wider(interval, 3), Verdict.INCONCLUSIVE, gating=True
        ),
        comparison("p99", (old.p99.value, new.p99.value), _wider(interval, 6), Verdict.INCONCLUSIVE),
        comparison("error_ratio", (0.0, 0.0), (0.0, -0.001, 0.001), Verdict.UNCHANGED, gating=True),
        comparison("slow_share", (0.009, 0.008), (-0.001, -0.004, 0.002), Verdict.UNCHANGED, gating=True),
        comparison("rate", (old.rate, new.rate), (0.0, -0.01, 0.01), Verdict.UNCHANGED),
    )
    return OperationResult(
        operation=Operation(kind, name),
        verdict=verdict,
        explanation=typical.explanation,
        decided_by="latency",
        comparisons=(typical, *others),
        baseline=old,
        candidate=new,
        bucket_resolution=0.06,
    )


def failing(name: str = "StartCookingCommand") -> OperationResult:
    """As fast as before, but two in a hundred fail now."""
    one = compared(name, "command", 0.0074, (0.004, -0.011, 0.018), Verdict.REGRESSED)
    errors = comparison("error_ratio", (0.0, 0.02), (0.02, 0.012, 0.031), Verdict.REGRESSED, gating=True)
    typical = replace(one.comparisons[0], verdict=Verdict.UNCHANGED)
    return replace(
        one,
        decided_by="error_ratio",
        explanation="The error ratio rose by 2 points (1.2 to 3.1), more than the 0.5 allowed.",
        comparisons=(typical, errors),
        candidate=side(0.00743, failures={"exception": 41, "business_rule": 7}),
    )


def stalling(name: str = "AssignOrderToDeliveryCommand") -> OperationResult:
    """As fast as before, p95 included, but the slowest two in a hundred take twenty times as long."""
    one = compared(name, "command", 0.0052, (0.004, -0.011, 0.017), Verdict.UNCHANGED)
    assert one.candidate is not None
    counts, stalled = list(one.candidate.histogram), 48
    for index in range(len(counts) - 1, -1, -1):
        taken = min(counts[index], stalled)
        counts[index], stalled = counts[index] - taken, stalled - taken
    counts[int(np.searchsorted(BOUNDS, 20 * 0.0052))] += 48
    slow = comparison(
        "slow_share", (0.0008, 0.0203), (0.0195, 0.0138, 0.0262), Verdict.REGRESSED, gating=True
    )
    return replace(
        one,
        verdict=Verdict.REGRESSED,
        explanation=slow.explanation,
        decided_by="slow_share",
        comparisons=tuple(slow if c.metric == "slow_share" else c for c in one.comparisons),
        candidate=replace(
            one.candidate,
            histogram=tuple(counts),
            mean=one.candidate.mean + 0.02 * 16.5 * 0.0052,
            p99=quantile(counts, 0.99),
        ),
    )


def limited(name: str = "GetMenuQuery") -> OperationResult:
    """Its p95 regressed against the baseline, and keeps its limit all the same."""
    one = compared(name, "query", 0.0042, (0.41, 0.35, 0.47), Verdict.UNCHANGED)
    p95 = comparison("p95", (0.008, 0.01128), (0.41, 0.35, 0.47), Verdict.REGRESSED, gating=True)
    limit = replace(
        comparison("p95", (0.024, 0.01128), (-0.53, -0.55, -0.5), Verdict.UNCHANGED, gating=True),
        against="limit",
        threshold=0.0,
        detectable=0.0,
    )
    others = [c for c in one.comparisons if c.metric != "p95"]
    return replace(
        one,
        verdict=Verdict.REGRESSED,
        explanation=p95.explanation,
        decided_by="p95",
        comparisons=(*others, p95, limit),
    )


def beyond_the_limit(name: str = "GetMenuQuery") -> OperationResult:
    """As fast as before, and that is slower than its limit."""
    one = limited(name)
    *others, p95, limit = one.comparisons
    broken = replace(
        limit,
        baseline=0.005,
        change=Estimate(1.26, 1.2, 1.3, 1.0),
        verdict=Verdict.REGRESSED,
        explanation="p95 lies between 10.6 ms and 11.9 ms, above the limit of 5 ms.",
    )
    return replace(
        one,
        explanation=broken.explanation,
        comparisons=(*others, replace(p95, verdict=Verdict.UNCHANGED), broken),
    )


def coarse(one: OperationResult, resolution: float) -> OperationResult:
    """The same with buckets as wide as that: the change of its p95 counts for nothing."""
    comparisons = tuple(
        replace(c, gating=c.gating and (c.metric, c.against) != ("p95", "baseline")) for c in one.comparisons
    )
    return replace(one, comparisons=comparisons, bucket_resolution=resolution)


def without_data(name: str = "RemovePizzaCommand") -> OperationResult:
    """Never executed: nothing is known, and that is said."""
    empty = Summary(0, 0.0, math.nan, {}, math.nan, *(Quantile(math.nan, 0.0, math.inf),) * 3, (0,) * 102, ())
    unknown = Comparison(
        metric="latency",
        baseline=math.nan,
        candidate=math.nan,
        change=Estimate.unknown(_CONFIDENCE),
        threshold=0.03,
        detectable=math.inf,
        gating=True,
        verdict=Verdict.INCONCLUSIVE,
        explanation="The typical time could not be compared: too few executions on one side.",
    )
    return OperationResult(
        operation=Operation("command", name),
        verdict=Verdict.INCONCLUSIVE,
        explanation=unknown.explanation,
        decided_by="latency",
        comparisons=(unknown,),
        baseline=empty,
        candidate=empty,
        bucket_resolution=math.inf,
    )


def one_sided(name: str = "GetDeliveryTourQuery") -> OperationResult:
    """New in the candidate: there is nothing to compare it with."""
    return replace(
        without_data(name),
        operation=Operation("query", name),
        explanation="Only the candidate has this operation.",
        baseline=None,
        candidate=side(0.0013),
    )


def _wider(interval: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    value, low, high = interval
    return value, value - (value - low) * factor, value + (high - value) * factor


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def operations() -> tuple[OperationResult, ...]:
    """One of each kind, sorted by what matters."""
    return (
        compared("PlaceOrderCommand", "command", 0.0089, (0.214, 0.188, 0.241), Verdict.REGRESSED),
        failing(),
        stalling(),
        compared("GetKitchenStatusQuery", "query", 0.0021, (0.041, -0.016, 0.095), Verdict.INCONCLUSIVE),
        one_sided(),
        without_data(),
        compared("GetMenuQuery", "query", 0.0042, (-0.124, -0.151, -0.097), Verdict.IMPROVED),
        compared("CompleteOrderCommand", "command", 0.0076, (0.006, -0.012, 0.021), Verdict.UNCHANGED),
        compared("GetOrderByIdQuery", "query", 0.0018, (-0.003, -0.019, 0.014), Verdict.UNCHANGED),
        coarse(
            compared("GetActiveOrdersQuery", "query", 0.015, (0.001, -0.02, 0.024), Verdict.UNCHANGED), 0.58
        ),
        compared(HOSTILE, "query", 0.029, (-0.008, -0.02, 0.011), Verdict.UNCHANGED),
    )


def environment() -> Environment:
    """A small shared machine."""
    return Environment(
        cpu_model="Intel Xeon 2.20 GHz",
        cores=2,
        memory_bytes=8 * 2**30,
        kernel="Linux 6.1.0",
        python="CPython 3.11.7",
        packages={"fastapi": "0.165.0", "uvicorn": "0.54.0"},
        load_average=(0.4, 0.6, 0.5),
        hostname_hash="5d41402abc4b2a76",
    )


@cache
def _service_times(name: Side) -> dict[str, tuple[int, ...]]:
    """Counts in BOUNDS, by operation."""
    both = ((one.operation.name, getattr(one, name)) for one in operations())
    return {operation: summary.histogram for operation, summary in both if summary and summary.executions}


@cache
def latency(counts: tuple[int, ...]) -> Latency:
    """The record of :func:`response_times`, of a step without a name: encoding it takes a while."""
    return response_times(counts).record("")


def response_times(counts: tuple[int, ...]) -> Latencies:
    """What a client sees of these service times: 1.5 ms more each."""
    counted = Latencies()
    for bound, count in zip(BOUNDS, counts, strict=False):
        for _ in range(count):
            counted.add(bound * 10**-0.025 + 0.0015)  # the middle of the bucket
    return counted


def target(name: Side, steps: Sequence[str], revision: str) -> TargetRecord:
    """A service that answered 2,400 requests of every step, as the client saw it."""
    counts = tuple(
        StepCounts(step=f"do {one}", operation=one, started=2400, reached=2400, statuses={"200": 2400})
        if (one, name) != ("StartCookingCommand", "candidate")
        else StepCounts(
            step=f"do {one}",
            operation=one,
            started=2400,
            reached=2400,
            failed=16,
            business=3,
            abandoned=2,
            statuses={"200": 2381, "400": 3, "500": 14},
            errors={"HTTP 500": 14, "ReadTimeout": 2},
        )
        for one in steps
    )
    service = _service_times(name)
    latencies = tuple(
        latency(service.get(one) or histogram(0.004, 0.25, 2400)).model_copy(update={"step": f"do {one}"})
        for one in steps
    )
    port = 8081 if name == "baseline" else 8082
    url = f"http://127.0.0.1:{port}"
    return TargetRecord(
        side=name,
        url=url,
        metrics_url=f"{url}/metrics",
        revision=revision,
        whole_run=counts,
        in_window=counts,
        latencies=latencies,
        packages=Packages(
            read="importlib.metadata",
            versions={"fastapi": "0.165.0", "typeguard": "2.6.1" if name == "baseline" else "2.7.0"},
        ),
    )


def run(number: int, steps: Sequence[str]) -> RunRecord:
    """One round of a duet."""
    start = 1_760_000_000.0 + 100 * number
    return RunRecord(
        run_id=f"20261123T1605{number:02}-mario",
        scenario="mario",
        seed=number,
        model="closed",
        users=20,
        spawn_rate=20.0,
        shape="steady",
        command=(
            "locust",
            "-f",
            "loadtests/mario.py",
            "--headless",
            "-u",
            "20",
            "-t",
            "60s",
            "--seed",
            str(number),
        ),
        whole_run=Span(start=start, end=start + 70),
        window=Span(start=start + 5, end=start + 5 + WINDOW),
        rates=Rates(offered=412.3, achieved=412.3),
        generator=Generator(cpu_utilisation=0.31, loop_lag_p99=0.0021, loop_lag_max=0.011),
        environment=environment(),
        targets=(
            target("baseline", steps, "3f2a91c04d"),
            target("candidate", steps, "working tree of b81d7e22aa"),
        ),
        scrape_interval=1.0,
        warnings=("2 of 60 scrapes were late by more than 0.5 s",) if number == 1 else (),
    )


def past(shown: Sequence[OperationResult]) -> Past:
    """Fifty revisions of each operation that was compared; the first one became slower in the middle."""
    compared_ones = [(one.operation.name, one.decisive_comparison) for one in shown]
    known = [(name, each) for name, each in compared_ones if each and math.isfinite(each.candidate)]
    return Past(tuple(_past_values(name, each, slower=not place) for place, (name, each) in enumerate(known)))


def _past_values(name: str, decisive: Comparison, *, slower: bool) -> PastValues:
    level = np.where(np.arange(50) < 30, -0.1 * slower, 0)
    noise = 0.02 * np.random.default_rng(len(name)).normal(size=50)
    return PastValues(
        operation=name,
        metric=decisive.metric,
        times=tuple(1_763_900_000.0 - 86_400 * (49 - number) for number in range(50)),
        revisions=tuple(f"{number:02}c3f2a91e" for number in range(50)),
        values=tuple((decisive.candidate * np.exp(level + noise)).tolist()),
        shifts=((30, 0.1),) if slower else (),
        own=49,
    )


def gate(*chosen: OperationResult) -> GateResult:
    """The result of a duet of three rounds; with the given operations, else one of each kind."""
    shown = chosen or operations()
    names = [one.operation.name for one in shown if one.candidate and one.candidate.executions]
    regressed = [one.operation.name for one in shown if one.verdict is Verdict.REGRESSED]
    return GateResult(
        scope="one user, services that had answered at most 2,400 requests, service time of 12 operations",
        outcome=Outcome.REGRESSED if regressed else Outcome.PASS,
        sentence=(
            f"{len(regressed)} of {len(shown)} operations regressed: {', '.join(regressed[:3])}."
            if regressed
            else f"None of {len(shown)} operations regressed."
        ),
        method="duet",
        operations=shown,
        costs=COSTS,
        bounds=BOUNDS,
        findings=(
            Finding(
                "scrape-gap", Severity.WARNING, "Round 1: 2 of 60 scrapes were late; the counts are complete."
            ),
            Finding(
                "abandoned-requests", Severity.WARNING, "candidate: 6 of 55,200 requests were never answered"
            ),
            Finding("first-seen", Severity.NOTE, "GetDeliveryTourQuery exists in the candidate only."),
        ),
        reconciliation=tuple(
            Reconciliation(name, one_side, 2640, 2640, 2400, 2400, 0, 0)
            for name in names
            for one_side in ("baseline", "candidate")
        ),
        runs=tuple(run(number, names) for number in range(1, 4)),
        baseline_runs=(),
        command=("mario-perf", "gate", "--against", "v1.2"),
        subject=SUBJECT,
        environment_changes={"python": ("CPython 3.11.6", "CPython 3.11.7")},
        policy={
            "false_alarm_rate": 0.01,
            "inconclusive": "inconclusive",
            "max_findings": 20,
            "thresholds": {"latency_change": 0.03, "error_ratio_change": 0.005, "min_samples": 100},
            "operations": {"PlaceOrderCommand": {"latency_change": 0.05}},
        },
        false_alarm_rate=0.01,
        seconds=180.0,
        created_at="2026-11-23T16:09:12+00:00",
        queries={
            one.operation.name: queries(one.operation, CQRS) for one in shown if one.operation.name in names
        },
        past=past(shown),
    )


@cache
@cache
def many(count: int) -> GateResult:
    """A gate over ``count`` operations, some of them regressed."""
    verdicts = (Verdict.REGRESSED, Verdict.INCONCLUSIVE, Verdict.IMPROVED, Verdict.UNCHANGED)
    changes = ((0.2, 0.15, 0.25), (0.04, -0.02, 0.1), (-0.2, -0.25, -0.15), (0.0, -0.02, 0.02))
    examples = [
        compared("Example", "command", 0.004, change, verdict)
        for change, verdict in zip(changes, verdicts, strict=True)
    ]
    return gate(
        *(
            replace(
                examples[min(index * 40 // count, 3)],
                operation=Operation("command", f"Operation{index:04}Command"),
            )
            for index in range(count)
        )
    )


def empty() -> GateResult:
    """A gate that could not measure anything."""
    return replace(
        gate(),
        outcome=Outcome.INVALID,
        sentence="The service answered no request.",
        operations=(),
        bounds=np.array([]),
        findings=(Finding("no-data", Severity.INVALID, "No operation was executed: is the host right?"),),
        reconciliation=(),
        runs=(),
        baseline_runs=(),
        command=(),
        environment_changes={},
        policy={},
        queries={},
        past=Past(),
        seconds=0.0,
    )


def saying(outcome: Outcome, sentence: str) -> GateResult:
    """The usual result with another outcome."""
    return replace(gate(), outcome=outcome, sentence=sentence)


def with_histogram(counts: tuple[int, ...]) -> OperationResult:
    """An operation whose candidate has exactly these counts."""
    one = operations()[0]
    assert one.candidate is not None
    return replace(one, candidate=replace(one.candidate, histogram=counts))
