"""What is judged: the rounds that count, what they are compared with, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mario_perf.comparison.reference_logs import reference_logs
from mario_perf.errors import UserError
from mario_perf.judgement.machine_spread import UNKNOWN
from mario_perf.judgement.round_selection import select
from mario_perf.sources.counters import MIN_SCRAPES
from mario_perf.validity import environments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.machine_spread import MachineSpread
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, RunMeasurement
    from mario_perf.run_record import Part

Runs = tuple["RunMeasurement", ...]


@dataclass(frozen=True, slots=True)
class MeasuredPart:
    """Measurements of one part of a gate, without what the policy ignores.

    ``measurements`` has both sides of each round of a duet, baseline first; otherwise the run of each round.
    """

    method: Literal["duet", "stored"]
    kind: Part
    policy: Policy  # as it holds for the part
    rounds: tuple[MeasuredRun, ...]
    left_out: tuple[Finding, ...]
    measurements: Runs
    kept_runs: Runs  # of the stored baseline, as they were kept
    baseline: Runs  # the same, without what the policy ignores
    spread: MachineSpread = UNKNOWN

    @property
    def pairs(self) -> list[tuple[RunMeasurement, RunMeasurement]]:
        """The rounds of a duet: baseline and candidate."""
        if self.method != "duet":
            return []
        return list(zip(self.measurements[0::2], self.measurements[1::2], strict=True))

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to judge."""
        return all(len(run.slice_edges) >= MIN_SCRAPES for run in self.measurements) and any(
            run.measurements for run in self.measurements
        )

    @property
    def revision(self) -> str | None:
        """The baseline's."""
        return self.kept_runs[-1].revision if self.kept_runs else self.rounds[-1].sides[0].revision

    @property
    def environment_changes(self) -> dict[str, tuple[str, str]]:
        """What differs between machine and load of the stored baseline and those of now.

        How busy the machine is says the first run: later ones come after this gate's own load.
        """
        if not self.kept_runs:
            return {}
        kept, now = self.kept_runs[-1], self.rounds[0].candidate
        return {
            **self.machine_changes,
            **environments.other_work(kept.environment, now.environment),
            **environments.load_changes([each.workload for each in self.kept_runs], now.workload),
        }

    @property
    def machine_changes(self) -> dict[str, tuple[str, str]]:
        """What differs between the kinds of machines alone."""
        if not self.kept_runs:
            return {}
        return environments.changes(self.kept_runs[-1].environment, self.rounds[-1].candidate.environment)

    @property
    def apart(self) -> float:
        """How far operations lie apart on two kinds of machines, if the policy lets them be compared.

        0: there is one kind of machine, or something else differs as well, or no reference ran beside all.
        """
        if not (self.policy.across_machines and self.machine_changes):
            return 0.0
        only_machines = self.environment_changes == self.machine_changes
        known = only_machines and reference_logs(self.baseline, self.measurements) is not None
        return self.spread.deviation if known else 0.0


def gather(
    runs: Sequence[MeasuredRun],
    baseline: Baseline | None,
    policy: Policy,
    spread: MachineSpread = UNKNOWN,
) -> MeasuredPart:
    """Choose the runs that are fit.

    Raises:
        UserError: Runs of different kinds or parts, a duet with a baseline, or another scenario.
    """
    kept_runs = tuple(baseline.runs) if baseline else ()
    is_duet, part = _is_duet(runs, baseline), _part(runs)
    _check_scenarios(runs, kept_runs)
    in_force = policy.under_load() if part == "load" else policy
    selection = select(runs)
    return MeasuredPart(
        "duet" if is_duet else "stored",
        part,
        in_force,
        selection.runs,
        selection.findings,
        tuple(_without_ignored(side, in_force) for each in selection.runs for side in each.sides),
        kept_runs,
        tuple(_without_ignored(run, in_force) for run in kept_runs),
        spread,
    )


def _is_duet(rounds: Sequence[MeasuredRun], baseline: Baseline | None) -> bool:
    duets = [len(each.sides) > 1 for each in rounds]
    if any(duets) and not all(duets):
        raise UserError("runs of one service and duets cannot be judged together; give runs of one kind")
    if any(duets) and baseline is not None:
        raise UserError(
            f"run {rounds[0].record.run_id} is a duet: its baseline ran beside it; leave out --baseline"
        )
    return all(duets)


def _part(runs: Sequence[MeasuredRun]) -> Part:
    parts = {each.record.part for each in runs}
    if len(parts) > 1:
        raise UserError(
            "runs of one user and runs under load cannot be judged together; give runs of one kind"
        )
    return runs[0].record.part


def _check_scenarios(rounds: Sequence[MeasuredRun], kept_runs: Sequence[RunMeasurement]) -> None:
    names = sorted({each.record.scenario for each in rounds} | {run.scenario for run in kept_runs})
    if len(names) > 1:
        raise UserError(f"runs of different scenarios cannot be compared: {', '.join(names)}")


def _without_ignored(run: RunMeasurement, policy: Policy) -> RunMeasurement:
    measurements = {name: each for name, each in run.measurements.items() if not policy.of(name).ignore}
    return replace(run, measurements=measurements)
