"""In which unit a histogram of durations is, by all that tells it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mario_perf.configuration.discovery.vocabulary import NO_DURATION, TIMES, tokens
from mario_perf.configuration.service_metrics import UNITS_BY_WORD, unit_of

if TYPE_CHECKING:
    from mario_perf.configuration.discovery.evidence import Histogram
    from mario_perf.configuration.service_metrics import Unit

_WORDS = re.compile(r"(?i)\b(?:in |\(|\[)?([a-zµ]+)\b")
_CONVENTIONS: tuple[tuple[str, Unit], ...] = (
    (r"http[._](server|client)[._]duration|rpc[._](server|client)[._]duration", "milliseconds"),
    (r"envoy_.*_time|envoy_.*_ms", "milliseconds"),
    (r"http[._](server|client)[._]request[._]duration|messaging[._].*duration", "seconds"),
    (r"traces_spanmetrics_latency|rpc[._]server[._]call[._]duration", "seconds"),
)
"""Names whose unit their instrumentation fixes, though they do not tell it."""

_FINE, _SHORT = 0.1, 120.0
_COARSE, _LONG = 0.5, 1_000.0
"""Bounds of seconds begin below a tenth and end within two minutes; of milliseconds they reach thousands."""


def is_duration(histogram: Histogram) -> bool:
    return no_duration(histogram) is None


def no_duration(histogram: Histogram) -> str | None:
    """What it is of where it is not of time; None where it is."""
    words = tokens(histogram.name)
    if unit_of(histogram.name) or UNITS_BY_WORD.get(histogram.unit.lower()):
        return None if "per" not in words else "rates"
    text = next((NO_DURATION[word] for word in reversed(words) if word in NO_DURATION), None)
    if text is not None:
        return text
    terms = {*words, *tokens(histogram.help)}
    return None if terms & TIMES or "http" in terms else "something that is not called a duration"


def unit(histogram: Histogram) -> tuple[Unit, str] | None:
    """The unit, and what tells it; None where nothing does."""
    if (found := unit_of(histogram.name)) is not None:
        return found, "its name"
    if (found := UNITS_BY_WORD.get(histogram.unit.lower())) is not None:
        return found, "its UNIT"
    if (found := _of_help(histogram.help)) is not None:
        return found, "its HELP"
    for pattern, meant in _CONVENTIONS:
        if re.fullmatch(pattern, histogram.name):
            return meant, "the convention for its name"
    found = _of_bounds(histogram.bounds)
    return None if found is None else (found, "its bounds")


def _of_help(help_text: str) -> Unit | None:
    text = {
        UNITS_BY_WORD[word.lower()] for word in _WORDS.findall(help_text) if word.lower() in UNITS_BY_WORD
    }
    return text.pop() if len(text) == 1 else None


def _of_bounds(bounds: tuple[float, ...]) -> Unit | None:
    positive = [bound for bound in bounds if bound > 0]
    if len(positive) < 3:  # noqa: PLR2004 - fewer tell too little
        return None
    if positive[0] < _FINE and positive[-1] <= _SHORT:
        return "seconds"
    return "milliseconds" if positive[0] >= _COARSE and positive[-1] >= _LONG else None
