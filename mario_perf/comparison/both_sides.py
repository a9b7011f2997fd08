"""What is compared: both sides, laid out alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.comparison.client_side import ClientSide
    from mario_perf.comparison.replicates import Replicates
    from mario_perf.model import Operation
    from mario_perf.statistics.adjustment import ReferenceLogs


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: the operations in the order of the arrays, and both sides.

    ``concurrent`` says whether they ran at the same time. On a slower day most executions above a bound come
    from that day, whatever was built. So the share of slow ones and the mean decide nothing unless both had
    the same day; nor do response times, which hold the load generator's own noise. Unless
    ``service_reports_failures``, those that the client saw are the failures. ``few_rounds`` says that only
    gross changes stand out from processes that differ, and ``same_processes`` that each side was the same
    process all the time. ``under_load``: many users waited for one build at a time, and how long they did
    decides. What a ``reference`` moved by is taken out of durations.
    """

    operations: tuple[Operation, ...]
    baseline: Replicates
    candidate: Replicates
    failures: tuple[tuple[Mapping[str, int], Mapping[str, int]], ...]  # baseline's, candidate's
    client: tuple[ClientSide, ClientSide]  # baseline's, candidate's
    service_reports_failures: bool
    concurrent: bool
    few_rounds: bool = False
    same_processes: bool = False
    under_load: bool = False
    reference: ReferenceLogs | None = None  # beside every run of both sides
