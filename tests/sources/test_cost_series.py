from __future__ import annotations

from dataclasses import replace

import numpy as np

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.sources import cost_series, series
from mario_perf.sources.exposition import ExpositionReader
from tests.simulated_runs import Service

METRICS = replace(CQRS, indicators=("process_cpu_seconds_total", "statements_total"))
PAGE = """process_cpu_seconds_total {cpu}
statements_total{{type="Bake",table="a"}} {a}
statements_total{{type="Bake",table="b"}} {b}
statements_total{{table="nobody's"}} 5
"""


def test_indicators_are_summed_over_their_labels_and_by_operation() -> None:
    service = Service()
    reader = ExpositionReader(METRICS.every_sample)
    for time, cpu, a, b in ((1.0, 0.5, 1, 2), (2.0, 0.9, 4, 6)):
        service.execute("Bake", 0.001)
        service.execute("Ask", 0.001, kind="query")
        reader.add(time, service.body() + PAGE.format(cpu=cpu, a=a, b=b))
    costs = series.snapshots(reader.table(), METRICS).costs
    assert costs is not None
    assert costs.operations == ("Bake", "Ask")
    np.testing.assert_array_equal(costs.of("process_cpu_seconds_total")[0], [0.5, 0.9])
    np.testing.assert_array_equal(costs.of("statements_total", "Bake")[0], [3, 10])
    np.testing.assert_array_equal(costs.of("statements_total", "Bake")[1], [1, 2])
    np.testing.assert_array_equal(costs.of("statements_total", "Ask")[0], [0, 0])
    np.testing.assert_array_equal(costs.of("statements_total")[1], [2, 4])


def test_a_counter_with_labels_is_nothing_before_it_first_appears() -> None:
    service = Service()
    service.execute("Bake", 0.001)
    reader = ExpositionReader(METRICS.every_sample)
    pages = ("a_total 1\n", 'statements_total{type="Bake"} 3\n', 'statements_total{type="Bake"} 5\n', "")
    for time, page in enumerate(pages):
        reader.add(float(time), service.body() + page + 'statements_total{type="Ask"} 2\n' * (time == 2))
    costs = series.snapshots(reader.table(), METRICS).costs
    assert costs is not None
    np.testing.assert_array_equal(costs.of("statements_total")[0], [0, 3, 7, np.nan])
    np.testing.assert_array_equal(costs.of("statements_total", "Bake")[0], [0, 3, 5, np.nan])


def test_a_metric_that_is_not_shown_has_names_like_it_but_what_any_service_may_lack() -> None:
    metrics = replace(METRICS, indicators=("process_cpu_seconds_total", "statement_count"))
    reader = ExpositionReader(metrics.every_sample)
    service = Service()
    service.execute("Bake", 0.001)
    reader.add(1.0, service.body() + "statements_count 1\n")
    seen = series.snapshots(reader.table(), metrics)
    costs = cost_series.with_nearest(seen, metrics, lambda: ["statements_count", "other"]).costs
    assert costs is not None
    assert costs.nearest == {"statement_count": "statements_count"}


def test_what_a_page_does_not_show_is_no_indicator() -> None:
    service = Service()
    service.execute("Bake", 0.001)
    reader = ExpositionReader(METRICS.every_sample)
    reader.add(1.0, service.body())
    costs = series.snapshots(reader.table(), METRICS).costs
    assert costs is not None
    assert costs.of("statements_total")[0] is None
