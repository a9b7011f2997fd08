"""Load curves as a gate at three levels finds them."""

from __future__ import annotations

from dataclasses import replace

from mario_perf.model import CurveShape, Estimate, GateResult, LevelChange, LoadCurve
from tests.reports import samples

EARLIER = LoadCurve(
    "PlaceOrderCommand",
    CurveShape.EARLIER,
    "PlaceOrderCommand saturates earlier: +2.0 % at 45 journeys/s, and +240.0 % at 162 journeys/s. They part "
    "from 90 journeys/s on.",
    Estimate(2.3, 1.4, 3.6, 0.95),
    (
        LevelChange(
            45.0, 0.25, 0.010, 0.0102, Estimate(0.01, -0.01, 0.03, 0.95), Estimate(0.02, -0.02, 0.06, 0.95)
        ),
        LevelChange(
            90.0, 0.5, 0.013, 0.016, Estimate(0.02, -0.02, 0.06, 0.95), Estimate(0.23, 0.14, 0.33, 0.95)
        ),
        LevelChange(
            162.0, 0.9, 0.030, 0.102, Estimate(0.04, -0.02, 0.1, 0.95), Estimate(2.4, 1.5, 3.62, 0.95)
        ),
    ),
)
UNKNOWN = LoadCurve(
    "GetMenuQuery",
    CurveShape.UNKNOWN,
    "GetMenuQuery: too little is known of how it changed with the load.",
    Estimate.unknown(0.95),
    tuple(
        replace(each, service_time=Estimate.unknown(0.95), response_time=Estimate.unknown(0.95), share=None)
        for each in EARLIER.levels
    ),
)


def gate() -> GateResult:
    """A gate whose worst operation saturates earlier."""
    return replace(samples.gate(), load_curves=(EARLIER, UNKNOWN))
