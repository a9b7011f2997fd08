"""A capacity on the terminal: its limits, its probes, the figure, and how it changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf import figures
from mario_perf.model import Verdict
from mario_perf.reports import redaction
from mario_perf.reports.characters import single_line

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.capacity.capacity_change import CapacityChange
    from mario_perf.capacity.rate_search import Capacity, Probe

_MAX_REASONS = 2
"""That are shown of a probe; the file has all."""

_STYLES = {Verdict.REGRESSED: "bold red", Verdict.INCONCLUSIVE: "bold magenta"}


def limits(text: str, *, from_policy: bool) -> Text:
    """What every probe is held against, and whether the policy said so."""
    source = "" if from_policy else " (defaults: perf.toml has no [limits])"
    return Text(f"Limits: {safe_text(text)}{source}")


def probes(capacity: Capacity) -> Table:
    """A row a probe, in the order in which they ran."""
    table = Table(box=None, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("journeys/s", justify="right")
    table.add_column("")
    table.add_column("why", overflow="fold")
    for number, probe in enumerate(capacity.probes, start=1):
        table.add_row(str(number), rate(probe.rate), _probe_result(probe), Text(safe_text(_reasons(probe))))
    return table


def figure(capacity: Capacity, path: Path) -> Text:
    """The answer in a sentence, and where it is written."""
    colour = "bold green" if capacity.complete and capacity.rate else "bold magenta"
    return Text.assemble((_answer(capacity), colour), f" ({safe_text(str(path))})")


def _answer(capacity: Capacity) -> str:
    if not capacity.complete:
        rate_held = "no rate" if capacity.rate is None else f"{rate(capacity.rate)} journeys/s"
        return f"Not confirmed: {rate_held} held, but the probes were used up. Allow more with --most-probes."
    if capacity.rate is None:
        return f"No capacity: not even {rate(capacity.failed)} journeys/s held."
    return f"Capacity: {rate(capacity.rate)} journeys/s; {rate(capacity.failed)} failed."


def change(change: CapacityChange, path: Path) -> Text:
    """Of the new searches against those that are kept in ``path``."""
    sides = f"{_searches(change.new)} against {change.stored} in {path}"
    sentence = f"{change.verdict.value}: {_size(change)}{sides}; {change.reason}"
    return Text(safe_text(sentence), style=style(change.verdict))


def _size(change: CapacityChange) -> str:
    if math.isnan(change.value):
        return ""
    if math.isinf(change.high):
        return f"{figures.relative(change.value)} (interval unknown), "
    return f"{figures.relative_with_span(change.value, change.low, change.high)}, "


def _searches(count: int) -> str:
    return f"{count} search{'es' * (count != 1)}"


def rate(value: float) -> str:
    """At least three significant digits, and no exponent; ``value`` > 0."""
    digits = max(2 - math.floor(math.log10(value)), 0)
    return f"{value:.{digits}f}"


def _reasons(probe: Probe) -> str:
    more = len(probe.reasons) - _MAX_REASONS
    return "; ".join(probe.reasons[:_MAX_REASONS]) + (f"; and {more} more" if more > 0 else "")


def _probe_result(probe: Probe) -> Text:
    return Text("held", style="green") if probe.held else Text("failed", style="red")


def style(verdict: Verdict) -> str:
    """In which the answer of a comparison stands."""
    return _STYLES.get(verdict, "bold green")


def safe_text(text: str) -> str:
    """In one line, without secrets."""
    return single_line(redaction.text(text))
