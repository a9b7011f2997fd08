"""Metrics pages in a short notation: ``name{label=one|two,other=x}``, all combinations of the values."""

from __future__ import annotations

import re
from itertools import product

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MILLISECONDS = (0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)


def page(*metrics: str) -> str:
    """A page with these metrics: counters where the name ends with _total, histograms elsewhere."""
    return "".join(line for metric in metrics for line in _lines(metric))


def _lines(metric: str) -> list[str]:
    name, _, listed = metric.rstrip("}").partition("{")
    pairs = [pair.partition("=") for pair in listed.split(",") if pair]
    combinations = product(
        *([f'{label}="{value}"' for value in values.split("|")] for label, _, values in pairs)
    )
    sets = [",".join(each) for each in combinations]
    if name.endswith("_total"):
        return [f"# TYPE {name} counter\n", *(f"{name}{{{labels}}} 3\n" for labels in sets)]
    bounds = SECONDS if re.search("second|_s$|_sec$", name) else MILLISECONDS
    return [f"# TYPE {name} histogram\n", *(_series(name, labels, bounds) for labels in sets)]


def _series(name: str, labels: str, bounds: tuple[float, ...]) -> str:
    comma = "," if labels else ""
    lines = [f'{name}_bucket{{{labels}{comma}le="{bound}"}} {count}' for count, bound in enumerate(bounds)]
    last = len(bounds)
    return "\n".join(
        [*lines, f'{name}_bucket{{{labels}{comma}le="+Inf"}} {last}', f"{name}_sum{{{labels}}} {last}",
         f"{name}_count{{{labels}}} {last}", ""]
    )  # fmt: skip
