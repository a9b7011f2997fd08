"""What the reference beside kept runs and runs of now says of the machine, and of the build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf import figures
from mario_perf.comparison.checks import least_resolution
from mario_perf.comparison.metric_changes import RESOLUTION_ACROSS_MACHINES, RESOLUTION_OF_KEPT_RUNS
from mario_perf.comparison.reference_logs import versions
from mario_perf.figures import percent
from mario_perf.statistics.adjustment import spreads
from mario_perf.statistics.multiplicity import MISS_RATE
from mario_perf.validity.codes import Code
from mario_perf.validity.environments import listed_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.model import Finding, RunMeasurement
    from mario_perf.statistics.adjustment import ReferenceLogs
    from mario_perf.statistics.change import Change

    Floats = NDArray[np.float64]

MIN_SHIFT: Final = 0.005
CONFIDENCE: Final = 0.95
_WITHOUT: Final = "it was off, failed, or got too few requests; let it run, for longer if it did"


def unused(baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement]) -> Iterator[Finding]:
    """Why no reference is used; nothing where there was none on either side."""
    kept, now = versions(baseline), versions(candidate)
    if {kept, now} != {"none"}:
        advice = "save new runs with mario-perf baseline save" if "none" not in now else _WITHOUT
        yield Code.REFERENCE_UNUSED.finding(kept=kept, now=now, advice=advice)


def machine(reference: ReferenceLogs, kept: Floats) -> Iterator[Finding]:
    """How far the machine is from the days of the kept runs, whose logarithms are ``(R, N)``."""
    before, after = spreads(kept, reference)
    noise = (
        f"; kept runs lie {percent(after)} apart instead of {percent(before)}"
        if after < before
        else f"; it explains nothing of the {percent(before)} that kept runs lie apart"
    )
    moved = float(np.expm1(reference.shift))
    yield Code.MACHINE_SHIFT.finding(
        shift="as fast as" if abs(moved) < MIN_SHIFT else f"{percent(abs(moved))} {_pace(moved)} than",
        noise=noise if np.isfinite(before) else "; one kept run does not show how far runs lie apart",
    )


def _pace(moved: float) -> str:
    return "slower" if moved > 0 else "faster"


def across_machines(
    changes: Mapping[str, tuple[str, str]], apart: float, source: str, resolution: float
) -> Finding:
    """How far the comparison of two kinds of machines goes; ``resolution`` is the policy's."""
    least = float(least_resolution(np.array(apart), MISS_RATE))
    ruled_out = max(resolution, min(max(least, RESOLUTION_OF_KEPT_RUNS), RESOLUTION_ACROSS_MACHINES))
    return Code.ACROSS_MACHINES.finding(
        differences=listed_changes(changes),
        apart=percent(float(np.expm1(apart))),
        source=source,
        ruled_out=percent(ruled_out),
        few="" if least <= ruled_out else ", which few gates can",
    )


def build(whole: Change, noise: float, level: float) -> Iterator[Finding]:
    """All operations together, beyond the reference: red at this level above the noise."""
    if whole.above(np.log1p(np.array([noise])))[0] <= level:
        low, high = (np.expm1(each)[0] for each in whole.interval(CONFIDENCE))
        value = float(np.expm1(whole.value[0]))
        yield Code.BUILD_SHIFT.finding(
            change=figures.change(value, share=False),
            low=figures.change(float(low), share=False),
            high=figures.change(float(high), share=False),
        )
