"""What a scrape costs the service's event loop."""

from __future__ import annotations

import random
from time import perf_counter

from pizzeria.cqrs.metrics.exposition import Exposition
from pizzeria.cqrs.metrics.recorder import Recorder

OPERATIONS = 20
BUCKETS = 120
BOUNDS = tuple(10 ** (-1 + 5 * step / BUCKETS) for step in range(BUCKETS))  # milliseconds
SCRAPES = 50


def measured() -> float:
    """Milliseconds to render 20 operations of 120 buckets, successes and failures, with counts in all."""
    recorder, rng = Recorder(BOUNDS), random.Random(1)  # noqa: S311 - no secrets
    for number in range(OPERATIONS):
        operation = recorder.operation("command", f"Operation{number}Command")
        for _ in range(1000):
            recorder.succeeded(operation, rng.lognormvariate(0, 1))
            recorder.failed(operation, rng.lognormvariate(0, 1), "exception")
    exposition = Exposition(recorder)
    exposition.render()  # once, as a service that is scraped has
    started = perf_counter()
    for _ in range(SCRAPES):
        exposition.render()
    return (perf_counter() - started) / SCRAPES * 1e3
