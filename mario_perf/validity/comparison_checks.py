"""What a reader must know of a comparison, beyond what each run says of itself."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import rebin
from mario_perf.comparison.common_shift import shift as shift_of
from mario_perf.cost_indicators import PIZZERIA, PROCESS
from mario_perf.errors import counted, listed, nearest
from mario_perf.figures import percent, relative, seconds
from mario_perf.model import Severity
from mario_perf.statistics.binomial import more_failures
from mario_perf.validity import environments, run_checks
from mario_perf.validity.codes import Code
from mario_perf.validity.concerns import both_sides_wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.policy import Policy
    from mario_perf.cost_indicators import Indicator
    from mario_perf.model import Finding, RunMeasurement
    from mario_perf.run_record import Environment, RunRecord, TargetRecord

    Counts = NDArray[np.int64]

_SIDES = 2
_ALWAYS_ALLOWED = 5
"""Requests that the sides may always differ by: those under way when a user gave up."""

CHANCE_LEVEL = 0.001
"""How likely as many requests more may be left unserved by chance, all steps together."""

MAX_IMBALANCE = 0.02
MIN_SHIFT = 0.05
MAX_DRIFT = 0.5
"""Shares: how much more work one side of a duet may get; the smallest common shift and drift to report."""


def few_samples(successes: Mapping[str, int], policy: Policy) -> Iterator[Finding]:
    """Operations with fewer successes than the policy asks for, all runs together."""
    few = [
        f"{name} ({count} of {policy.of(name).min_samples})"
        for name, count in sorted(successes.items())
        if count < policy.of(name).min_samples
    ]
    if few:
        yield Code.FEW_SAMPLES.finding(few=listed(few))


def unmatched_operations(policy: Policy, executed: Iterable[str]) -> Iterator[Finding]:
    """Operations that the policy names and that did not run: a limit must not hold because nothing came."""
    names = set(executed)
    for name, thresholds in sorted(policy.operations.items()):
        if name not in names and not thresholds.ignore:
            has_limit = thresholds.p95 is not None or thresholds.error_ratio is not None
            severity = Severity.INVALID if has_limit else Severity.WARNING
            yield Code.OPERATION_NOT_EXECUTED.finding(severity, name=name, nearest=nearest(name, names))


def missing_indicators(sides: Sequence[RunMeasurement], policy: Policy) -> Iterator[Finding]:
    """Metrics that the policy alone names and that a side does not show, or not by operation. Each once."""
    for indicator in policy.indicators:
        reasons = (_why_missing(indicator, each) for each in sides)
        if indicator not in (*PROCESS, *PIZZERIA) and (why := next(filter(None, reasons), None)):
            yield Code.INDICATOR_MISSING.finding(metric=indicator.metric, why=why)


def _why_missing(indicator: Indicator, run: RunMeasurement) -> str | None:
    metric, costs = indicator.metric, run.costs
    if costs is None:
        return "no metrics of the service are read"
    if metric in costs.nearest:
        return f"the {run.side} shows none of that name. Closest: {costs.nearest[metric]}"
    if indicator.per == "operation" and metric not in costs.by_operation:
        return (
            f"none of its labels names an operation of the {run.side}; give it the labels of the operations, "
            'or set per = "execution"'
        )
    return None


def package_changes(baseline: Environment, candidate: Environment) -> Iterator[Finding]:
    """Packages of other versions than the baseline's: the change may be theirs."""
    changes = environments.package_changes(baseline, candidate)
    if changes:
        names = [f"{name} {before} to {now}" for name, (before, now) in changes.items()]
        yield Code.PACKAGES_CHANGED.finding(names=listed(names))


def package_differences(targets: Sequence[TargetRecord]) -> Iterator[Finding]:
    """Packages that the sides of a duet had in other versions, as far as that was read."""
    versions = {target.side: target.packages.versions for target in targets if target.packages}
    differences = (
        environments.version_differences(versions["baseline"], versions["candidate"])
        if len(versions) == _SIDES
        else {}
    )
    if differences:
        names = [f"{name} {before} → {now}" for name, (before, now) in differences.items()]
        yield Code.PACKAGES_DIFFER.finding(names=listed(names))


def unequal_work(targets: Sequence[TargetRecord]) -> Iterator[Finding]:
    """Steps that one side of a duet was sent more often than the other, which compares unlike things.

    A step that failed on one side, or was refused by a business rule, has no next step there. So much
    of the difference is explained: failures of operations are judged as such, and others are ``unserved``.
    """
    if len(targets) != _SIDES:
        return
    sent = [{step.step: step.started for step in target.in_window} for target in targets]
    failed = [sum(step.failed + step.business for step in target.in_window) for target in targets]
    names = {name: (sent[0].get(name, 0), sent[1].get(name, 0)) for name in sorted({*sent[0], *sent[1]})}
    allowed = {name: MAX_IMBALANCE * max(both) + _ALWAYS_ALLOWED for name, both in names.items()}
    unequal = {name: both for name, both in names.items() if abs(both[0] - both[1]) > allowed[name]}
    if not unequal:
        return
    counts = listed(f"{name} ({b} and {c})" for name, (b, c) in unequal.items())
    explained = abs(failed[0] - failed[1])
    if all(abs(b - c) <= allowed[name] + explained for name, (b, c) in unequal.items()):
        severity = Severity.WARNING
        why = f"{failed[0]} and {failed[1]} requests failed or were refused, and so had no next step"
    else:
        severity = Severity.INVALID
        why = "see why one refused, then run again"
    yield Code.UNEQUAL_WORK.finding(severity, counts=counts, why=why)


def unserved_requests(rounds: Sequence[Sequence[TargetRecord]]) -> Iterator[Finding]:
    """Requests of a duet that failed before any operation, on one side more often than on the other.

    No metric of an operation counts what the HTTP layer refused, or what was never answered: a build that
    does so more often must not pass because its operations look as before. By Fisher's exact test.
    """
    steps: defaultdict[str, Counts] = defaultdict(lambda: np.zeros((_SIDES, 2), dtype=np.int64))
    for target in chain.from_iterable(rounds):
        for step in target.in_window:
            lost = min(step.started - step.reached, step.failed + step.abandoned)
            steps[step.step][int(target.side == "candidate")] += (lost, step.started)
    for name, sides in sorted(steps.items()):
        baseline, candidate = ((side[:1], side[1:]) for side in sides)
        more, fewer = more_failures(baseline, candidate)[0], more_failures(candidate, baseline)[0]
        if min(more, fewer) < CHANCE_LEVEL / len(steps):
            (before, all_before), (now, all_now) = sides
            yield Code.UNSERVED_REQUESTS.finding(
                Severity.INVALID if more < fewer else Severity.WARNING,
                step=name,
                now=now,
                all_now=all_now,
                before=before,
                all_before=all_before,
            )


def rebinned_histograms(runs: Sequence[RunMeasurement]) -> Iterator[Finding]:
    """Histograms of different bounds: what is compared is coarser than what was measured."""
    shared = len(rebin.shared_bounds([run.bounds for run in runs]))
    sizes = sorted({len(run.bounds) for run in runs}, reverse=True)
    if sizes != [shared]:
        yield Code.BOUNDS_DIFFER.finding(sizes=" and ".join(map(str, sizes)), shared=shared)


def late_generator(records: Sequence[RunRecord]) -> Iterator[Finding]:
    """Rounds in which a late load generator harmed neither side: one finding, with what the cause may be."""
    late = [each for each in records if both_sides_wait(each) and run_checks.is_saturated(each.generator)]
    if late:
        worst = max(each.generator.loop_lag_p99 for each in late)
        yield Code.GENERATOR_BUSY.finding(
            late=len(late), rounds=counted(len(records), "round"), lag=seconds(worst), cause=_cause(late)
        )


def _cause(late: Sequence[RunRecord]) -> str:
    busiest = max((each.environment for each in late), key=lambda machine: machine.load_average[0])
    if environments.is_busy(busiest.load_average[0], busiest.cores):
        return f"load average {busiest.load_average[0]:.0f} on {busiest.cores} cores"
    return f"it needed {percent(max(each.generator.cpu_utilisation for each in late))} of its core"


def one_round(rounds: int) -> Iterator[Finding]:
    """A duet of a single round: nothing shows how two processes of one build differ."""
    if rounds == 1:
        yield Code.ONE_ROUND.finding()


def same_processes(rounds: Sequence[Sequence[RunMeasurement]]) -> Iterator[Finding]:
    """Rounds of a duet that were all played by the same two processes."""
    if len(rounds) > 1 and one_process_each(rounds):
        yield Code.SAME_PROCESSES.finding()


def one_process_each(rounds: Sequence[Sequence[RunMeasurement]]) -> bool:
    """Whether a side was one process in all rounds: by its start, by who started it, or by its address."""
    return any(_one_process(side) for side in zip(*rounds, strict=True))


def _one_process(runs: Sequence[RunMeasurement]) -> bool:
    started, origins = {run.process_start for run in runs}, {run.fresh for run in runs}
    if None not in started:
        return len(started) == 1
    return False in origins or (origins == {None} and len({run.url for run in runs} | {""}) == 2)  # noqa: PLR2004


def common_shift(
    baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement]
) -> Iterator[Finding]:
    """What all operations moved by together since the baseline; each is judged beyond it."""
    shift = shift_of(baseline, candidate)
    if abs(shift) > MIN_SHIFT:
        yield Code.COMMON_SHIFT.finding(shift=f"{relative(shift)}")


def drift(run: RunMeasurement) -> Iterator[Finding]:
    """A service that becomes slower within the window: its state grows, or the machine was disturbed."""
    half = len(run.slice_edges) // 2
    ratios = [
        (each.slice_sums[half:].sum() / max(each.slices[half:].sum(), 1))
        / (each.slice_sums[:half].sum() / max(each.slices[:half].sum(), 1))
        for each in run.measurements.values()
        if each.slice_sums[:half].sum() > 0 and each.slices[half:].sum() > 0
    ]
    if ratios and median(ratios) > 1 + MAX_DRIFT:
        yield Code.DRIFT.finding(side=run.side, slower=f"{percent(median(ratios) - 1)}")
