"""Apache Otava on series from standard input, with its defaults. Runs where Otava is installed."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from time import process_time


def main() -> None:
    """A JSON list of series in; indices and seconds of CPU out."""
    series = import_module("otava.series")
    answers: dict[str, list[object]] = {"found": [], "seconds": []}
    for values in json.load(sys.stdin):
        began = process_time()
        given = series.Series(
            "series", None, list(range(len(values))), {"value": series.Metric()}, {"value": values}, {}
        )
        analyzed = given.analyze()
        answers["found"].append([int(point.index) for point in analyzed.change_points["value"]])
        answers["seconds"].append(process_time() - began)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
