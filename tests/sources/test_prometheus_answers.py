"""What a Prometheus should not answer is refused in a line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from benchmarks.fuzz.answers import answering
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import TargetNotScrapedError
from mario_perf.run_record import Span
from mario_perf.sources.connection import Connection
from mario_perf.sources.prometheus_source import PrometheusSource
from tests.simulated_runs import target


def test_labels_that_are_no_texts_do_not_hide_that_nothing_was_scraped() -> None:
    empty = {"status": "success", "data": {"resultType": "matrix", "result": []}}
    labels = {"status": "success", "data": ["127.0.0.1:2", 7, None]}
    answers = {"up": empty, "samples": empty, "labels": labels}
    source = PrometheusSource(Connection("http://127.0.0.1:1", settle=0.0), CQRS)
    with answering(json.dumps(answers).encode()):
        with pytest.raises(
            TargetNotScrapedError, match=r"no scrape of instance=127\.0\.0\.1:1.*127\.0\.0\.1:2"
        ):
            source.snapshots(target({}), Span(start=1000.0, end=1060.0))


def _series(name: str, values: dict[str, list[tuple[float, str]]], **labels: str) -> list[dict[str, Any]]:
    return [
        {"metric": {"__name__": name, "job": "shop", "instance": instance, **labels}, "values": own}
        for instance, own in values.items()
    ]


def _answer(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": rows}}


def test_what_a_replica_shows_just_after_anothers_scrape_does_not_belong_to_that_moment() -> None:
    """Prometheus asks b 50 ms after a. Both had executed a hundred when b was asked again."""
    begins = {"a": [999.0, 1000.0, 1001.0, 1002.0], "b": [999.05, 1000.05, 1001.05, 1002.05]}
    counted = {"a": begins["a"][2:], "b": begins["b"][1:]}
    hundreds = {name: [(at, "100") for at in times] for name, times in counted.items()}
    labels = {"operation": "command", "type": "PlaceOrderCommand"}
    executions = _series(str(CQRS.executions), hundreds, **labels)
    buckets = [
        _series(f"{CQRS.duration}_bucket", hundreds, status="success", le=bound, **labels)
        for bound in ("5", "+Inf")
    ]
    sums = _series(f"{CQRS.duration}_sum", hundreds, status="success", **labels)
    ups = _series("up", {name: [(at, "1") for at in times] for name, times in begins.items()})
    answers = {"up": _answer(ups), "samples": _answer([*executions, *buckets[0], *buckets[1], *sums])}
    connection = Connection("http://127.0.0.1:1", settle=0.0, replicas={"candidate": {"job": "shop"}})
    with answering(json.dumps(answers).encode()):
        found = PrometheusSource(connection, CQRS).snapshots(target({}), Span(start=1000.01, end=1001.5))
    np.testing.assert_array_equal(found.times, [1000.0, 1000.05, 1001.0, 1001.05, 1002.05])
    np.testing.assert_array_equal(found.executions[:, 0], [0, 100, 200, 200, 200])
