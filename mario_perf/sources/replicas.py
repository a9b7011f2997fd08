"""Several targets that are one service: the moments at which their counts can be added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.errors import InvalidRunError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mario_perf.run_record import Span

    Floats = NDArray[np.float64]


def moments(scrapes: Mapping[str, Floats], span: Span) -> Floats:
    """When the latest scrapes of all targets, taken together, say what they did until then.

    Prometheus scrapes each target at a time of its own. At the end of the span, where nothing is under way,
    the sum is complete as soon as each target was scraped once more.

    Args:
        scrapes: of each target, unix seconds, ascending.
        span: the run.
    """
    until = np.unique(np.concatenate([times[times < span.end] for times in scrapes.values()]))
    after = [float(times[times >= span.end][0]) for times in scrapes.values() if times[-1] >= span.end]
    return np.concatenate([until, [max(after)]]) if after else until


def idle_moment(begins: Mapping[str, Floats], ends: Mapping[str, Floats], moment: float) -> float:
    """The last time until ``moment`` before each scrape that was under way then.

    Such a scrape bears the time at which it began, and may hold what happened until it ended.

    Args:
        begins: of the scrapes of each target, unix seconds, ascending.
        ends: of the same scrapes.
        moment: unix seconds.
    """
    under_way = [times[(times <= moment) & (ends[name] > moment)] for name, times in begins.items()]
    return float(min([moment, *np.nextafter(np.concatenate(under_way), -np.inf)]))


def is_over(scrapes: Mapping[str, Floats], span: Span) -> bool:
    """Whether no further scrape has to be waited for: one that is missed thrice will not come."""
    later = [int((times >= span.end).sum()) for times in scrapes.values()]
    return min(later) >= 1 or max(later) >= MISSED


MISSED = 4
"""Scrapes of another target after the run, by which a target without one is gone."""


def check_constant(scrapes: Mapping[str, Floats], span: Span, place: str) -> None:
    """See that each target was there from the first request to the last.

    Raises:
        InvalidRunError: one came or went.
    """
    came = sorted(name for name, times in scrapes.items() if times[0] > span.start)
    went = sorted(name for name, times in scrapes.items() if times[-1] < span.end)
    if came or went:
        changes = [f"{name} came" for name in came] + [f"{name} went" for name in went]
        raise InvalidRunError(
            f"{place}: replicas changed during the run ({', '.join(changes)}), so counts are incomplete; "
            "keep their number fixed, without autoscaling or a rollout, and run again"
        )


def latest_start(scrapes: Mapping[str, Floats], moment: float) -> float:
    """A time by which each target was scraped, at or before a moment, where it was scraped at all."""
    return min(
        float(times[max(int(np.searchsorted(times, moment, side="right")) - 1, 0)])
        for times in scrapes.values()
    )
