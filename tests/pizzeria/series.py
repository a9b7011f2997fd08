"""What the pizzeria's metrics say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Mapping

Labels = frozenset[tuple[str, str]]


def samples(text: str) -> dict[tuple[str, Labels], float]:
    """Every sample of an exposition by its name and labels; none comes twice."""
    found: dict[tuple[str, Labels], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
    return found


def growth(before: Mapping[Any, float], after: Mapping[Any, float], name: str) -> dict[Labels, float]:
    """How much each series of a metric grew, those that did not left out."""
    return {
        labels: value - before.get((found, labels), 0.0)
        for (found, labels), value in after.items()
        if found == name and value != before.get((found, labels), 0.0)
    }
