"""A metrics page as a whole, read once: every sample, and what TYPE, HELP and UNIT say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mario_perf.sources import composite_values, grammar
from mario_perf.sources.native_histograms import NativeSeries, to_classic
from mario_perf.sources.series import Series

_NOW = np.zeros(1)


@dataclass(frozen=True, slots=True)
class Sample:
    """A line of a metrics page."""

    series: Series
    value: float


@dataclass(frozen=True, slots=True)
class ExpositionDocument:
    """What a metrics page shows. Native histograms are there as the classic ones that they amount to.

    ``types``, ``helps`` and ``units`` go by the name that stands in the comment.
    """

    samples: list[Sample] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    helps: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> ExpositionDocument:
    """Read a whole metrics page by its grammar.

    Raises:
        UnreadableExpositionError: It is none, or one of its lines is malformed.
    """
    grammar.refuse_other_pages(text)
    document, natives = ExpositionDocument(), list[NativeSeries]()
    comments = {"TYPE": document.types, "HELP": document.helps, "UNIT": document.units}
    for line in text.removeprefix("\ufeff").split("\n"):
        if grammar.is_sample(line):
            _add(line, document.samples, natives)
        elif (said := grammar.metadata(line)) is not None:
            keyword, name, words = said
            comments[keyword][name] = words
    document.samples.extend(Sample(each.series, float(each.values[0])) for each in to_classic(natives))
    return document


def _add(line: str, samples: list[Sample], natives: list[NativeSeries]) -> None:
    head = grammar.head_of(line)
    rest = line[len(head) :]
    series = Series(*grammar.series_of(head))
    if rest.startswith(composite_values.START):
        natives.append(NativeSeries(series, _NOW, [composite_values.parse(rest)]))
    else:
        samples.append(Sample(series, grammar.number(rest)))
