"""What a Prometheus should not answer is refused in a line."""

from __future__ import annotations

import json

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
