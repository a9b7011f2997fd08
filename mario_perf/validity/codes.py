"""The registry of findings: each with how grave it is, whom it blames, and what it says.

A check builds its finding here, so that no code is unknown. The report lists what held.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from mario_perf.model import Finding, Severity
from mario_perf.validity import concerns

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.model import GateResult

    Concern = Callable[[GateResult], bool]

_NOTE, _WARNING = Severity.NOTE, Severity.WARNING
_INVALID, _REGRESSED = Severity.INVALID, Severity.REGRESSED


class Blame(StrEnum):
    """Whose doing a finding is. ``POLICY`` is what was asked for, in perf.toml or by an option."""

    SIDE = "side"
    GENERATOR = "generator"
    MACHINE = "machine"
    POLICY = "policy"


_SIDE, _GENERATOR = Blame.SIDE, Blame.GENERATOR
_MACHINE, _POLICY = Blame.MACHINE, Blame.POLICY


class Code(Enum):
    """Name in reports, gravest severity, blame, what it says when it fails and when it holds, and of what."""

    RESTART = (
        "restart",
        _INVALID,
        _SIDE,
        "{where}the service was restarted during the run; look into its log, then run again",
        "no service restarted",
        concerns.read_metrics,
    )
    COUNTER_RESET = (
        "counter-reset",
        _INVALID,
        _SIDE,
        "{where}counters fell during the run: {names}; run again",
        "no counter fell",
        concerns.read_metrics,
    )
    SEVERAL_PROCESSES = (
        "several-processes",
        _INVALID,
        _SIDE,
        (
            "{where}several processes answer in turn at {url}, so counters go up and down: show the sum of "
            "all (PROMETHEUS_MULTIPROC_DIR in Python), start one process, or give each replica's page to a "
            "Prometheus and name them by --prometheus-match"
        ),
        "one process answered for the metrics",
        concerns.read_metrics,
    )
    EDGE_NOT_COVERED = (
        "edge-not-covered",
        _INVALID,
        _MACHINE,
        "{where}{shortage}; scrape {how}",
        "the scrapes cover the whole run and both edges of the window",
        concerns.read_metrics,
    )
    SCRAPE_GAP = (
        "scrape-gap",
        _INVALID,
        _MACHINE,
        (
            "{where}no scrape for {longest}, usually one every {usual}; the service may have been too "
            "busy to answer"
        ),
        "no gap between scrapes",
        concerns.read_metrics,
    )
    METRICS_DEFECT = (
        "metrics-defect",
        _INVALID,
        _SIDE,
        "{where}the metrics contradict themselves: {defects}; {advice}, then run again",
        "the metrics do not contradict themselves",
        concerns.read_metrics,
    )
    UNIT_DOUBTFUL = (
        "unit-doubtful",
        _INVALID,
        _POLICY,
        "{where}service and client are far apart: {wrong}; see [metrics] unit in perf.toml",
        "the service's times fit those that the client saw",
        concerns.read_metrics,
    )
    COUNTS_DISAGREE = (
        "counts-disagree",
        _INVALID,
        _MACHINE,
        "{where}client and server counted differently: {wrong}; {advice}",
        "client and service counted the same",
        concerns.counts,
    )
    NAMES_DIFFER = (
        "names-differ",
        _INVALID,
        _SIDE,
        (
            "{where}steps name {named}, never executed, and the service executed {executed}, named by no "
            "step; name operations as the metrics do, in the locustfile or in perf.toml [load.operations]"
        ),
        "the service executed the operations that steps name",
        concerns.counts,
    )
    NOT_RECONCILED = (
        "not-reconciled",
        _NOTE,
        _POLICY,
        "{where}no step names its operation, so counts cannot be compared",
        "steps name their operations",
        concerns.counts,
    )
    STEPS_REASSIGNED = (
        "steps-reassigned",
        _WARNING,
        _POLICY,
        (
            "steps do not trigger the operation that they name: {steps}; each is counted for what it "
            "triggers; add to perf.toml [load.operations] {setting}"
        ),
        "each step triggers the operation that it names",
        concerns.counts,
    )
    CLIENT_ONLY = (
        "client-only",
        _NOTE,
        _POLICY,
        (
            'no metrics were read ([service] metrics = "client"): response times and statuses of the steps '
            "are judged. Not seen: time inside the service apart from queues and network, executions without "
            "a step, restarts"
        ),
        "metrics were read",
        concerns.by_client,
    )
    ABANDONED_REQUESTS = (
        "abandoned-requests",
        _INVALID,
        _SIDE,
        "{where}{abandoned} of {started} requests were never answered",
        "every request was answered",
        concerns.runs,
    )
    GENERATOR_SATURATED = (
        "generator-saturated",
        _INVALID,
        _GENERATOR,
        ("the load generator did not keep up: {core} of its core, {lag} late at p99; {advice}"),
        "the load generator kept up",
        concerns.generators_apart,
    )
    GENERATOR_BUSY = (
        "generator-busy",
        _WARNING,
        _GENERATOR,
        (
            "the load generator was late in {late} of {rounds}, by up to {lag} at p99: {cause}; "
            "both sides waited alike, so the comparison holds, but a quieter machine needs fewer rounds"
        ),
        "the load generator kept up in each round",
        concerns.generators_alike,
    )
    GENERATOR_LATE = (
        "generator-late",
        _INVALID,
        _GENERATOR,
        (
            "the load generator was late: at p99 journeys began {late} after they were due, limit "
            "{limit}; offer less, or use more workers or a quieter machine"
        ),
        "journeys began when they were due",
        concerns.open_models,
    )
    LOAD_NOT_OFFERED = (
        "load-not-offered",
        _INVALID,
        _GENERATOR,
        (
            "the load generator offered {offered} of the {due} journeys that were due in the window; "
            "offer less, or use more workers or a quieter machine"
        ),
        "every journey that was due arrived",
        concerns.open_models,
    )
    LOAD_NOT_ACHIEVED = (
        "load-not-achieved",
        _INVALID,
        _POLICY,
        "{achieved} of {offered} {unit} a second were achieved{backlog}; offer less",
        "the offered load was achieved",
        concerns.runs,
    )
    ARRIVALS_DROPPED = (
        "arrivals-dropped",
        _INVALID,
        _POLICY,
        (
            "{dropped} of {offered} journeys found none of {pool} users free, and so have no response "
            "time; {advice}, or offer less"
        ),
        "every journey that arrived found a user",
        concerns.open_models,
    )
    PLAN_CUT_SHORT = (
        "plan-cut-short",
        _INVALID,
        _POLICY,
        (
            "{finished} of the {journeys} journeys of {scenario} came to their end; run it without "
            "--run-time, and until it ends"
        ),
        "every journey of the plan came to its end",
        concerns.plans,
    )
    WORKER_LOST = (
        "worker-lost",
        _INVALID,
        _GENERATOR,
        "worker {worker} was lost {when}, with all that it had counted; run again",
        "no worker was lost",
        concerns.workers,
    )
    LOAD_WARNING = (
        "load-warning",
        _WARNING,
        _GENERATOR,
        "{warning}",
        "the load gave no warning",
        concerns.runs,
    )
    FEW_SAMPLES = (
        "few-samples",
        _WARNING,
        _POLICY,
        "too few successes to call unchanged: {few}; run longer or with more users",
        "every operation succeeded often enough to be judged",
        concerns.runs,
    )
    OPERATION_NOT_EXECUTED = (
        "operation-not-executed",
        _INVALID,
        _POLICY,
        "[operations.{name}] in the policy: not executed; executed, nearest: {nearest}",
        "every operation that the policy names was executed",
        concerns.runs,
    )
    PACKAGES_CHANGED = (
        "packages-changed",
        _NOTE,
        _MACHINE,
        "versions changed since the baseline: {names}",
        "no package changed since the baseline",
        concerns.stored,
    )
    PACKAGES_DIFFER = (
        "packages-differ",
        _NOTE,
        _SIDE,
        "the builds loaded other packages: {names}",
        "both builds loaded the same packages",
        concerns.read_packages,
    )
    SAME_PACKAGES = (
        "same-packages",
        _WARNING,
        _POLICY,
        "{differing}, but both ran with the same packages: the gate compared the code alone",
        "each build ran with the packages that it names",
        concerns.read_packages,
    )
    UNEQUAL_WORK = (
        "unequal-work",
        _INVALID,
        _SIDE,
        "the sides were not sent the same: {counts}; {why}",
        "both sides were sent the same",
        concerns.duets,
    )
    UNSERVED_REQUESTS = (
        "unserved-requests",
        _INVALID,
        _SIDE,
        (
            "{step}: {now} of {all_now} requests failed before any operation on the candidate, {before} "
            "of {all_before} on the baseline; see the client's errors in the run record"
        ),
        "as many requests reached an operation on both sides",
        concerns.duets,
    )
    LATE_ANSWERS = (
        "late-answers",
        _REGRESSED,
        _SIDE,
        (
            "{name}: {happened} on the candidate, in {rounds}; the baseline answered each within "
            "{slowest}{more}"
        ),
        "the candidate answered no step very late",
        concerns.duets,
    )
    BOUNDS_DIFFER = (
        "bounds-differ",
        _NOTE,
        _SIDE,
        (
            "the runs' histograms have different bounds ({sizes}): compared on the {shared} that all "
            "share; give both builds the same bounds"
        ),
        "all histograms have the same bounds",
        concerns.runs,
    )
    ONE_ROUND = (
        "one-round",
        _WARNING,
        _POLICY,
        "one round cannot show how two processes of one build differ: play several",
        "there was more than one round",
        concerns.duets,
    )
    SAME_PROCESSES = (
        "same-processes",
        _WARNING,
        _POLICY,
        (
            "the same two processes played all rounds, so nothing shows how far two processes of one "
            "build lie apart: with the policy's figures (latency_processes, tail_processes) a pass rules "
            "out only rises larger than the resolution, as each row says; for smaller ones let the gate "
            "start both builds ([service] in perf.toml), or restart the services between rounds (--restart)"
        ),
        "rounds were not all played by the same two processes",
        concerns.duets,
    )
    COMMON_SHIFT = (
        "common-shift",
        _WARNING,
        _MACHINE,
        (
            "all operations together moved by {shift} since the baseline, and each is judged beyond that;"
            " whether the machine or the build did it, only a duet can tell"
        ),
        "operations did not move together since the baseline",
        concerns.stored,
    )
    MACHINE_SHIFT = (
        "machine-shift",
        _NOTE,
        _MACHINE,
        (
            "this machine is {shift} when the baseline was kept, by the reference beside each run: taken out"
            "{noise}"
        ),
        "no reference ran beside the runs",
        concerns.stored,
    )
    ACROSS_MACHINES = (
        "across-machines",
        _NOTE,
        _MACHINE,
        (
            "the baseline was kept on another kind of machine ({differences}), which the policy allows; "
            "operations of one build move by about {apart} between machines, beyond the reference "
            "({source}): a pass rules out rises of {ruled_out} or more{few}, and p95 is not judged"
        ),
        "kept runs and those of now had one kind of machine",
        concerns.beside_reference,
    )
    BUILD_SHIFT = (
        "build-shift",
        _REGRESSED,
        _SIDE,
        (
            "all operations together take {change} ({low} to {high}) since the baseline, beyond what the"
            " reference moved by; look for what they all share"
        ),
        "operations together did not become slower than the reference",
        concerns.beside_reference,
    )
    REFERENCE_UNUSED = (
        "reference-unused",
        _NOTE,
        _POLICY,
        ("the reference is not used: beside the kept runs was {kept}, beside those of now {now}; {advice}"),
        "one version of the reference ran beside all runs",
        concerns.beside_reference,
    )
    RUNNER_LEDGER = (
        "runner-ledger",
        _NOTE,
        _MACHINE,
        "{says}",
        "the ledger of this runner has too few gates to say anything; mario-perf calibrate adds some",
        concerns.runs,
    )
    DRIFT = (
        "drift",
        _WARNING,
        _SIDE,
        (
            "{side}: operations were {slower} slower in the second half of the window than in the first; "
            "look for state that grows, such as a table or a cache"
        ),
        "no service became much slower within the window",
        concerns.read_metrics,
    )
    SIDE_DIED = (
        "side-died",
        _INVALID,
        _SIDE,
        "{reason}",
        "no service ended under load",
        concerns.runs,
    )
    ROUND_FAILED = (
        "round-failed",
        _INVALID,
        _MACHINE,
        "round {number} failed: {reason}",
        "no round failed",
        concerns.duets,
    )
    RUN_FAILED = (
        "run-failed",
        _INVALID,
        _MACHINE,
        "{reason}",
        "no run failed",
        concerns.stored,
    )
    PART_NOT_PLAYED = (
        "part-not-played",
        _WARNING,
        _MACHINE,
        "the part under load was not played ({reason}); give --part alone to leave it out",
        "each part that was asked for was played",
        concerns.duets,
    )
    PART_FAILED = (
        "part-failed",
        _WARNING,
        _SIDE,
        "the part under load failed ({reason}); give --part alone to leave it out",
        "no part failed",
        concerns.duets,
    )
    SLOW_START = (
        "slow-start",
        _WARNING,
        _MACHINE,
        "round {number} was left out: {reason}",
        "each service was ready in time",
        concerns.duets,
    )
    ACCEPTED = (
        "accepted",
        _NOTE,
        _POLICY,
        "perf.toml accepts until {until}: {sizes}, because {because}",
        "perf.toml accepts no regression",
        concerns.runs,
    )
    ACCEPTANCE_ENDED = (
        "acceptance-ended",
        _WARNING,
        _POLICY,
        "what perf.toml accepts of {owner} {why}; remove it, or accept it again",
        "nothing that perf.toml accepts has ended",
        concerns.runs,
    )
    INDICATOR_MISSING = (
        "indicator-missing",
        _WARNING,
        _POLICY,
        "perf.toml names the metric {metric}, and {why}",
        "every metric of [[indicators]] was read",
        concerns.read_metrics,
    )
    TIME_RAN_OUT = (
        "time-ran-out",
        _WARNING,
        _POLICY,
        "{spent}",
        "there was time enough to decide",
        concerns.decided_duets,
    )

    CONTINUED = (
        "continued",
        _NOTE,
        _POLICY,
        (
            "the gate was continued: {before}, then {more} more; all are judged together, and all looks at "
            "them share one promise"
        ),
        "the gate was played in one go",
        concerns.duets,
    )

    def __init__(
        self, code: str, severity: Severity, blame: Blame, fails: str, holds: str, concerns_: Concern
    ) -> None:
        self.code = code
        self.severity = severity
        self.blame = blame
        self.fails = fails
        self.holds = holds
        self.concerns = concerns_

    def finding(self, severity: Severity | None = None, /, **values: object) -> Finding:
        """What it says when it fails, of these values; less grave than it may be where that is given."""
        return Finding(self.code, severity or self.severity, self.fails.format(**values))

    def restore(self, severity: Severity, message: str) -> Finding:
        """A finding that was kept in a file."""
        return Finding(self.code, severity, message)

    def is_in(self, finding: Finding) -> bool:
        return finding.code == self.code


BY_NAME = {each.code: each for each in Code}


def leaves_out_load(finding: Finding) -> bool:
    """Whether it says why a part under load has nothing that could be judged."""
    return any(code.is_in(finding) for code in (Code.PART_NOT_PLAYED, Code.PART_FAILED))


def reported(code: str, severity: Severity, message: str) -> Finding:
    """A finding that a report holds, perhaps of a code of another version."""
    return Finding(code, severity, message)
