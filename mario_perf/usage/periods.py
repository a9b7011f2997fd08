"""A span of time in equal periods that a person can read."""

from __future__ import annotations

import math

from mario_perf.run_record import Span

LENGTHS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400)
"""Seconds."""

MAX_PERIODS = 28
"""Periods in which a peak still stands out: the hours of a day, or the quarters of a week's days."""


def periods(length: float, end: float) -> tuple[Span, ...]:
    """Equal periods that end at ``end`` and together are at least as long as ``length``, seconds.

    They are as short as ``LENGTHS`` and ``MAX_PERIODS`` allow, and whole days when nothing shorter will do.
    """
    each = next((size for size in LENGTHS if length <= size * MAX_PERIODS), _days(length))
    count = math.ceil(length / each)
    starts = (end - (count - index) * each for index in range(count))
    return tuple(Span(start=start, end=start + each) for start in starts)


def _days(length: float) -> int:
    day = LENGTHS[-1]
    return math.ceil(length / (MAX_PERIODS * day)) * day
