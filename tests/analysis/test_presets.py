"""Known instrumentations are recognised by what real client libraries expose, and then really read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client import Histogram as ClientHistogram

from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.policy import Service
from mario_perf.configuration.presets import GUESS, PRESETS, TITLES, Histogram, Preset, recognised
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.sources.histograms import of_exposition

if TYPE_CHECKING:
    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Snapshots

UNKNOWN_START = Service()
NAME = ("GET", "/items")
BY_CODE = "grpc_server_handled_total"
"""A counter of successes as well as of failures."""


def exposition(metrics: Metrics) -> str:
    """Two executions of one operation, 0.1 and 0.3 of the unit; where failures show, the second failed."""
    registry = CollectorRegistry()
    labels = dict(zip(metrics.name_label, NAME[-len(metrics.name_label) :], strict=True))
    if metrics.kind_label is not None:
        labels[metrics.kind_label] = "query"
    statuses = ("fine", _failing(metrics))
    status = (metrics.status_label,) if metrics.status_label else ()
    own = () if metrics.failures == BY_CODE else status
    histogram = ClientHistogram(metrics.duration, "Durations", (*labels, *own), registry=registry)
    for value, word in zip((0.1, 0.3), statuses, strict=True):
        histogram.labels(**labels, **dict.fromkeys(own, word)).observe(value)
    if metrics.failures == BY_CODE:
        counter = Counter(BY_CODE, "Count", (*labels, *status), registry=registry)
        for word in statuses:
            counter.labels(**labels, **dict.fromkeys(status, word)).inc()
        return generate_latest(registry).decode()
    for name, count in ((metrics.executions, 2), (metrics.failures, 1)):
        if name is not None:
            Counter(name, "Count", list(labels), registry=registry).labels(**labels).inc(count)
    return generate_latest(registry).decode()


def _failing(metrics: Metrics) -> str:
    """A status that means a failure in the instrumentation's own words."""
    return next(word for word in ("500", "failure", "Internal") if metrics.fails(word))


def read(text: str, metrics: Metrics) -> Snapshots:
    reader = ExpositionReader(metrics.samples)
    reader.add(0.0, text)
    return series.snapshots(reader.table(), metrics)


def identified(preset: Preset) -> str:
    return "-".join((preset.title, preset.metrics.duration, *sorted(preset.needed)))


each_preset = pytest.mark.parametrize("preset", PRESETS, ids=identified)


@each_preset
def test_a_preset_is_the_first_choice_for_what_it_exposes(preset: Preset) -> None:
    best = recognised(of_exposition(exposition(preset.metrics)).histograms)[0]
    assert best == preset


@each_preset
def test_what_is_written_is_read_back_as_the_same_metrics(preset: Preset) -> None:
    policy = policy_file.parse(policy_text.text(preset, UNKNOWN_START, None))
    assert policy.metrics == preset.metrics
    assert policy.service == UNKNOWN_START
    assert policy.load.locustfile is None


@each_preset
def test_operations_are_read_by_what_is_written(preset: Preset) -> None:
    metrics = policy_file.parse(policy_text.text(preset, UNKNOWN_START, None)).metrics
    snapshots = read(exposition(preset.metrics), metrics)
    (operation,) = snapshots.operations
    assert operation.name == " ".join(NAME[-len(metrics.name_label) :])
    assert snapshots.executions[0, 0] == 2
    assert snapshots.failures[0, 0].sum() == (0 if metrics.status_label is None else 1)
    scale = 1e-3 if metrics.unit == "milliseconds" else 1.0
    told_apart = metrics.status_label is not None and metrics.failures != BY_CODE
    assert snapshots.sums[0, 0] == pytest.approx(scale * (0.1 if told_apart else 0.4))


def test_every_instrumentation_has_its_title_once() -> None:
    assert len(set(TITLES)) == len(TITLES)
    assert {preset.title for preset in PRESETS} == set(TITLES)


def test_presets_differ_in_what_they_look_for() -> None:
    looked_for = [(preset.metrics.duration, preset.metrics.name_label, preset.needed) for preset in PRESETS]
    assert len(set(looked_for)) == len(looked_for)


def test_of_two_presets_for_one_histogram_the_one_that_sees_failures_comes_first() -> None:
    seen = Histogram("http_request_duration_seconds", ({"handler": "/", "code": "200"},))
    titles = [preset.title for preset in recognised([seen])]
    assert titles == ["Go promhttp", "prometheus-fastapi-instrumentator"]


def test_commands_and_queries_come_before_http_where_a_service_has_both() -> None:
    both = [each for each in PRESETS if each.title in {"Neuroglia CQRS", "Micrometer"}]
    seen = of_exposition("".join(exposition(each.metrics) for each in (both[0], both[-1])))
    assert [preset.title for preset in recognised(seen.histograms)] == ["Neuroglia CQRS", "Micrometer"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("http_server_request_duration_seconds", ("http_request_method", "http_route")),
        ("http_server_duration_milliseconds", ("http_method", "http_target")),
        ("http_server_requests_seconds", ("method", "uri")),
        ("http_request_duration_seconds", ("method", "handler")),
        ("request_duration_seconds", ("method", "path")),
        ("shop_seconds", ("method", "route")),
    ],
)
def test_two_methods_on_one_route_are_two_operations(name: str, labels: tuple[str, ...]) -> None:
    statuses = ("http_response_status_code", "http_status_code", "status", "code")
    registry = CollectorRegistry()
    histogram = ClientHistogram(name, "Durations", (*labels, *statuses), registry=registry)
    for method in ("GET", "POST"):
        histogram.labels(method, "/orders", *("200" for _ in statuses)).observe(0.1)
    text = generate_latest(registry).decode()
    metrics = recognised(of_exposition(text).histograms)[0].metrics
    assert [each.name for each in read(text, metrics).operations] == ["GET /orders", "POST /orders"]


def test_another_histogram_of_durations_is_guessed_at_with_its_likeliest_labels() -> None:
    labels = dict.fromkeys(("shard", "page", "route", "result"), "x")
    (guessed,) = recognised([Histogram("shop_request_ms", (labels,))])
    assert guessed.title == GUESS
    assert guessed.metrics.unit == "milliseconds"
    assert (guessed.metrics.name_label, guessed.metrics.status_label) == (("route",), "result")
    assert [guessed.metrics.fails(word) for word in ("500", "Failed", "error", "ok", "200")] == [
        *(True, True, True),
        *(False, False),
    ]


@pytest.mark.parametrize(
    ("name", "labels"), [("response_bytes", ("route",)), ("http_request_duration_seconds", ("shard",))]
)
def test_what_is_no_duration_or_has_no_name_is_not_offered(name: str, labels: tuple[str, ...]) -> None:
    assert recognised([Histogram(name, (dict.fromkeys(labels, "x"),))]) == ()


printable = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(printable, st.lists(printable, min_size=1), printable)
def test_whatever_starts_a_service_is_read_back_as_it_was(path: str, start: list[str], ready: str) -> None:
    service = Service(start=tuple(start), ready=f"/{ready}", metrics=f"/{path}")
    policy = policy_file.parse(policy_text.text(PRESETS[0], service, path))
    assert policy.service == service
    assert policy.load.locustfile == (path or None)
