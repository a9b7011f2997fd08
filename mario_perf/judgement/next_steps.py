"""What helps after a gate, the best first: each advice fits what was found."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from dataclasses import fields, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from mario_perf import figures
from mario_perf.judgement import doubts, duet_results, power
from mario_perf.judgement.doubts import Cause
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Outcome, Verdict, Workload
from mario_perf.validity.environments import is_busy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.doubts import Doubt
    from mario_perf.metric_catalogue import Metric, MetricEntry
    from mario_perf.model import GateResult, OperationResult, RunMeasurement, Subject
    from mario_perf.run_record import Look, RunRecord

    Round = tuple[RunMeasurement, RunMeasurement]

LONGEST = 3600.0
"""Seconds of the longest gate that is advised."""

_STEP = 10.0
_STARTING = 3.0
_AROUND = 8.0
"""Seconds to which an advised time is rounded up; those of a round beyond what its record holds; and those
of a gate before its first round and after its last."""

_ENOUGH_KEPT = 3
_KEEP_MORE = (
    "Keep more runs of the baseline, at best five, with mario-perf baseline save: fewer do not show how far "
    "runs of one build lie apart."
)
_LOAD = frozenset(each.name for each in fields(Workload))
_OTHER_LOAD = (
    "Load the service as in the kept runs, or keep new ones: remove the file that mario-perf baseline list "
    "names, and save runs of this load."
)
_NO_PAUSES = (
    "Play runs without pauses (-u 1 --think 0), and keep new ones: while users pause, processors sleep and "
    "caches cool down, so runs of one build lie far apart."
)

NOISY = frozenset({Cause.NOISE, Cause.LIKELY})
DECIDED_BY_ROUNDS = NOISY | {Cause.FEW}
"""Causes that a quieter machine, and that more rounds, make smaller."""


def reasons(result: GateResult, policy: Policy) -> tuple[str, ...]:
    """Why there is no clear answer; of a pass, what it could have missed."""
    if result.outcome is Outcome.PASS:
        return tuple(_missable(result.operations))
    if result.outcome is not Outcome.INCONCLUSIVE:
        return ()
    found = doubts.doubts(result.operations, policy)
    machine = doubts.of_machine(result.runs) if any(each.cause in NOISY for each in found) else ()
    return (*(doubts.reason(each, policy) for each in found), *machine)


def next_steps(result: GateResult, rounds: Sequence[Round], policy: Policy) -> tuple[str, ...]:
    """Advice for an outcome that leaves something to do. ``rounds`` are those of a duet, as judged."""
    match result.outcome:
        case Outcome.RECORDED:
            return ("Give --baseline, or set [limits] in perf.toml, to judge the next run.",)
        case Outcome.REGRESSED:
            return tuple(_acceptable(result))
        case Outcome.INCONCLUSIVE:
            return tuple(dict.fromkeys(_for_doubts(result, rounds, policy)))
        case _:
            return ()


def with_subject(result: GateResult, subject: Subject) -> GateResult:
    """The result with what was compared. A fault on purpose is not to be accepted."""
    known = replace(result, subject=subject)
    if not subject.faults or result.outcome is not Outcome.REGRESSED:
        return known
    faults = " ".join(subject.faults)
    return replace(
        known, next_steps=(f"The gate noticed what was injected ({faults}). Gate your code without it.",)
    )


def _acceptable(result: GateResult) -> Iterator[str]:
    """How the worst regression against a baseline is accepted, and the costs of the process that rose."""
    risen = [each for each in result.costs if each.verdict is Verdict.REGRESSED]
    operations = [
        *(one.operation.name for one in result.operations[:1] if _rose(one)),
        *(each.operation for each in risen if each.operation),
    ]
    options = [f"--operation {shlex.quote(name)}" for name in operations[:1]]
    options += [f"--cost {shlex.quote(each.name)}" for each in risen if not each.operation]
    if options:
        yield (
            "If the change is worth it, accept it for a while: "
            f'mario-perf accept latest {" ".join(options)} --because "why".'
        )


def _rose(one: OperationResult) -> bool:
    decisive = one.decisive_comparison
    return one.verdict is Verdict.REGRESSED and decisive is not None and decisive.against == "baseline"


def _for_doubts(result: GateResult, rounds: Sequence[Round], policy: Policy) -> Iterator[str]:
    found = doubts.doubts(result.operations, policy)
    still_open = [each for each in found if each.cause in NOISY]
    elsewhere = bool(result.environment_changes) and result.method == "stored"
    if (still_open or elsewhere) and result.runs and is_busy(*_before(result)):
        yield "Stop other work on this machine, then run again."
    if result.method == "duet" and len(rounds) == 1:
        yield f"Play more rounds: {_command(result, None)}."
    elif result.method == "duet":
        yield from _longer(
            [each for each in found if each.cause in DECIDED_BY_ROUNDS], result, rounds, policy
        )
    elif still_open or elsewhere:
        if not elsewhere and len(result.baseline_runs) < _ENOUGH_KEPT:
            yield _KEEP_MORE
        if result.environment_changes.keys() & _LOAD:
            yield _OTHER_LOAD
        if any(each.think and each.think[1] for each in result.runs):
            yield _NO_PAUSES
        yield "Compare both builds side by side: mario-perf gate. It sees much smaller changes."
    for each in found:
        if each.cause is Cause.BUCKETS and not policy.by_client:
            yield f"Give the service's histogram a bound at the p95 limit of {each.names}."


def _before(result: GateResult) -> tuple[float, int]:
    """The machine's load average before the first run, and its cores."""
    machine = result.runs[0].environment
    return machine.load_average[0], machine.cores


def _longer(
    found: Sequence[Doubt], result: GateResult, rounds: Sequence[Round], policy: Policy
) -> Iterator[str]:
    """How much longer a gate would have to be; and what else helps where nothing would be long enough."""
    earlier = _looks(result)
    played = len(rounds) if earlier else 0
    seconds = [
        max(_rounds(each, rounds, policy, earlier) - played, 1) * _round_time(result.runs) + _AROUND
        for each in found
    ]
    if within := [each for each in seconds if each <= LONGEST]:
        needed = math.ceil(max(within) / _STEP) * _STEP
        rest = "" if len(within) == len(found) else " for some of them"
        more = "more " if earlier else ""
        yield (
            f"About {figures.period(needed)} {more}would be long enough{rest}: {_command(result, needed)}."
        )
    beyond = [each for each, needed in zip(found, seconds, strict=True) if needed > LONGEST]
    yield from (f"{each}: a gate of an hour would be too short." for each in _instead(beyond, result, policy))


def _looks(result: GateResult) -> tuple[Look, ...]:
    """Those that the gate took; none of runs that are no rounds of one gate."""
    return tuple(run.look for run in result.runs if run.look)


def _command(result: GateResult, seconds: float | None) -> str:
    """What plays more rounds."""
    longer = "" if seconds is None else f" --max-duration {seconds:.0f}"
    return f"mario-perf gate{' --continue latest' if _looks(result) else ''}{longer}"


def _instead(found: Sequence[Doubt], result: GateResult, policy: Policy) -> Iterator[str]:
    """What helps where no gate is long enough. What a busy machine needs when it is quiet is not known."""
    for each in found:
        if each.cause is Cause.FEW:
            least = policy.of(each.operations[0].operation.name).min_samples
            yield (
                f"Let the load send {each.names} more often (min_samples is {least}), or set ignore = true "
                "in perf.toml"
            )
    part = result.runs[-1].part
    noisy = [METRICS[each.metric].family_of(part) for each in found if each.cause in NOISY]
    settings = dict.fromkeys(family.resolution for family in noisy)
    if settings and not is_busy(*_before(result)):
        names = " and ".join(filter(None, settings))
        yield f"Use a quieter machine, or set a larger {names} in perf.toml for what is open"


def _rounds(doubt: Doubt, rounds: Sequence[Round], policy: Policy, earlier: Sequence[Look]) -> float:
    """Rounds that decide all operations of a doubt; infinite if none do.

    For the typical time and other durations by the judge's own tests, as the doctor does; for a share by the
    root of the rounds, with which errors shrink.
    """
    if len(rounds) < 2:  # noqa: PLR2004 - how far rounds lie apart is known from two on
        return math.inf
    if doubt.cause is Cause.FEW or METRICS[doubt.metric].share:
        return len(rounds) * max(_times_as_many(one, doubt.cause, policy) for one in doubt.operations)
    sides = duet_results.lay_out(rounds)
    wanted = {one.operation.name: doubts.resolution(one, policy) for one in doubt.operations}
    at = [index for index, each in enumerate(sides.operations) if each.name in wanted]
    changes = np.array([wanted.get(each.name, math.inf) for each in sides.operations])
    return float(power.rounds_needed(sides, policy, changes, doubt.metric, earlier)[at].max())


def _times_as_many(one: OperationResult, cause: Cause, policy: Policy) -> float:
    if cause is Cause.FEW:
        fewest = doubts.fewest(one)
        return policy.of(one.operation.name).min_samples / fewest if fewest else math.inf
    decisive = one.decisive_comparison
    return (decisive.detectable / doubts.resolution(one, policy)) ** 2 if decisive else math.inf


def _round_time(records: Sequence[RunRecord]) -> float:
    """Seconds from the start of a round to that of the next."""
    apart = [after.whole_run.start - before.whole_run.start for before, after in pairwise(records)]
    return median(apart) if apart else records[0].whole_run.duration + _STARTING


def _missable(operations: Sequence[OperationResult]) -> Iterator[str]:
    """Of each metric that counted: the largest rise that nothing ruled out, and where if it is not alike."""
    passed: dict[Metric, dict[str, float]] = defaultdict(dict)
    for one in operations:
        for check in one.comparisons:
            if check.gating and check.against == "baseline" and check.verdict is Verdict.UNCHANGED:
                passed[check.metric][one.title] = check.resolution
    rises = [_largest(METRICS[metric], sizes) for metric, sizes in passed.items()]
    if rises:
        where = " under load" if operations[0].part == "load" else ""
        yield f"Smaller rises than these may have been missed{where}: {', '.join(rises)}."


def _largest(metric: MetricEntry, sizes: Mapping[str, float]) -> str:
    name = max(sizes, key=lambda each: sizes[each])
    where = f" ({name})" if len(set(sizes.values())) > 1 else ""
    return f"{metric.title} {figures.size(sizes[name], share=metric.share)}{where}"
