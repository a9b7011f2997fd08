"""The rate of the part under load: a share of what the baseline can carry, found in a few seconds."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mario_perf.errors import InvalidRunError
from mario_perf.gate.load_process import run_locust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving

USERS: Final = 16
"""Users who are always at work: enough to keep a few processes of a service busy."""

_MOST_AT_ONCE: Final = 1.5
"""Users of a build, as a share of a turn's journeys: who would be started under load would be late."""

_RATE: Final = 3000.0
"""Journeys a second, more than any service of one machine carries: each user begins the next one at once."""

_WARM_UP: Final = 0.5
_WINDOW: Final = 2.0
"""Seconds."""


def find(load: LoadPlan, share: float, baseline: Serving, folder: Path, on_tick: Callable[[], None]) -> float:
    """Journeys a second: ``share`` of those that ``USERS`` users get from the baseline without pauses.

    Raises:
        SideDiedError: the baseline ended.
        InvalidRunError: no journey ended in time.
        UserError: the baseline or Locust cannot be started.
    """
    plan = replace(
        load,
        users=USERS,
        rate=_RATE,
        arrivals="constant",
        alternate=None,
        warm_up=_WARM_UP,
        window=_WINDOW,
    )
    with baseline(load.seed, folder) as services:
        run = run_locust(plan, services, folder, on_tick)
    carried = run.record.rates.achieved
    if not carried > 0:
        raise InvalidRunError(f"no journey ended within {_WINDOW:.0f} s, so the capacity is not known")
    return share * carried


def users_in_turns(rate: float, turn: float) -> int:
    """How many a build has from the start where it gets ``rate`` journeys a second for ``turn`` seconds."""
    return math.ceil(_MOST_AT_ONCE * rate * turn)
