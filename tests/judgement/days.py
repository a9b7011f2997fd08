"""Separate runs of 60 s with a reference beside each: the machine has another day in every run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.detection.simulation import BOUNDS, HERE
from mario_perf.model import Measurement, Operation, ReferenceLevels, RunMeasurement
from mario_perf.run_record import Span

KINDS = ("Allocate", "ConvertJson", "Interpret", "ReadRows", "WriteRows", "Wait")


@dataclass(frozen=True)
class Days:
    """How runs of one build differ: standard deviations of logarithms; of ``slope``, of a sum of slopes."""

    operations: int = 12
    executions: int = 450  # of each operation in a run
    day: float = 0.14  # of the machine as a whole: two runs lie up to 40 % apart (95 of 100 pairs)
    kind: float = 0.03  # of one kind of work on one day
    slope: float = 0.1  # of an operation's answer to the machine, around 1
    together: float = 0.008  # of a run, for which no reference accounts
    own: float = 0.008  # of one operation in one run
    reference: float = 0.008  # of one kind of the reference's work in one run
    elsewhere: float = 0.0  # of the machine of now, against the one of the kept runs: of each kind of work
    apart: float = 0.0  # of an operation there, beyond what it is made of
    version: str | None = "reference-1"

    def runs(self, kept: int, now: int, seed: int, slower: np.ndarray | float) -> list[RunMeasurement]:
        """Kept runs first; those of now have their operations ``slower`` by these factors."""
        draw, count = np.random.default_rng(seed), kept + now
        machine = draw.normal(0, self.day, (count, 1)) + draw.normal(0, self.kind, (count, len(KINDS)))
        place = np.random.default_rng((seed, 1))
        machine[kept:] += self.elsewhere * (place.normal() + 0.3 * place.normal(0, 1, len(KINDS)))
        mix = draw.dirichlet(np.full(len(KINDS), 3.0), self.operations).T
        mix *= 1.0 + draw.normal(0, self.slope, self.operations)
        level = machine @ mix + draw.normal(-6.5, 0.8, self.operations)
        level += draw.normal(0, self.together, (count, 1)) + draw.normal(0, self.own, level.shape)
        level[kept:] += np.log(slower) + place.normal(0, self.apart, self.operations)
        beside = np.exp(machine + draw.normal(0, self.reference, machine.shape) - 8)
        return [self._run(number, level[number], beside[number], draw) for number in range(count)]

    def _run(
        self, number: int, level: np.ndarray, beside: np.ndarray, draw: np.random.Generator
    ) -> RunMeasurement:
        times = np.exp(level[:, None] + 0.1 * draw.standard_normal((self.operations, self.executions)))
        names = [f"Operation{each}" for each in range(self.operations)]
        typical = dict(zip(KINDS, beside.tolist(), strict=True))
        return RunMeasurement(
            run_id=f"run-{number}",
            scenario="simulated",
            side="candidate",
            window=Span(start=0.0, end=60.0),
            bounds=BOUNDS,
            slice_edges=np.array([0.0, 30.0, 60.0]),
            measurements={name: _measurement(name, row) for name, row in zip(names, times, strict=True)},
            environment=HERE,
            revision=None,
            reference=ReferenceLevels(self.version, typical) if self.version else None,
        )


def _measurement(name: str, times: np.ndarray) -> Measurement:
    halves = np.split(times, 2)
    places = [np.searchsorted(BOUNDS, half) for half in halves]
    return Measurement(
        operation=Operation("command", name),
        duration=60.0,
        executions=len(times),
        failures={},
        time_spent=float(times.sum()),
        slices=np.stack([np.bincount(each, minlength=len(BOUNDS) + 1) for each in places]),
        slice_sums=np.array([half.sum() for half in halves]),
        slice_failures=np.zeros(2, dtype=np.int64),
    )
