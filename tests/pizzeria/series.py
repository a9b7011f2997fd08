"""What the pizzeria's metrics say."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Mapping

Labels = frozenset[tuple[str, str]]


def samples(text: str) -> dict[tuple[str, Labels], float]:
    """Every sample of an exposition by its name and labels; none comes twice."""
    found: dict[tuple[str, Labels], float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            key = _name_and_labels(series)
            assert key not in found, key
            found[key] = float(value)
    return found


@cache
def _name_and_labels(series: str) -> tuple[str, Labels]:
    """By Prometheus' own parser, and once: to read all of a page with it takes a quarter of a second."""
    ((sample,),) = (family.samples for family in text_string_to_metric_families(f"{series} 0\n"))
    return sample.name, frozenset(sample.labels.items())


def growth(before: Mapping[Any, float], after: Mapping[Any, float], name: str) -> dict[Labels, float]:
    """How much each series of a metric grew, those that did not left out."""
    return {
        labels: value - before.get((found, labels), 0.0)
        for (found, labels), value in after.items()
        if found == name and value != before.get((found, labels), 0.0)
    }
