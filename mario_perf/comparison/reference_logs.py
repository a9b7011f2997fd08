"""The reference beside kept runs and runs of now, laid out as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.statistics.adjustment import ReferenceLogs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import RunMeasurement


def reference_logs(
    baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement], apart: float = 0.0
) -> ReferenceLogs | None:
    """None unless the same version of it ran beside every run. ``apart`` as in ``ReferenceLogs``."""
    beside = [run.reference for run in (*baseline, *candidate)]
    known = [each for each in beside if each is not None]
    if len(known) < len(beside) or len({each.version for each in known}) > 1:
        return None
    names = sorted(set.intersection(*(set(each.typical) for each in known)))
    if not names:
        return None
    logs = np.log([[each.typical[name] for name in names] for each in known])
    return ReferenceLogs(logs[: len(baseline)], logs[len(baseline) :], apart)


def versions(runs: Sequence[RunMeasurement]) -> str:
    """Of the references that ran beside runs; in words where none did."""
    names = sorted({run.reference.version if run.reference else "none" for run in runs})
    return " and ".join(names)
