"""Each instrumentation is read as its users would want, and what is written is read back as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.discovery.candidates import Candidate, Misfit, Ranking, examine, rank
from mario_perf.configuration.policy import Service
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.sources import series
from mario_perf.sources.exposition import ExpositionReader
from mario_perf.sources.metric_inventory import from_exposition
from tests.configuration.discovery.pages import page


class Kind(NamedTuple):
    """An instrumentation's metrics, and how they are to be read."""

    metrics: tuple[str, ...]
    histogram: str
    labels: str
    failures: str
    unit: str


DATA = tomllib.loads((Path(__file__).parent / "instrumented.toml").read_text(encoding="utf-8"))
KINDS = {name: Kind(**kind) for name, kind in DATA.items()}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def ranking(*metrics: str) -> Ranking:
    return rank(from_exposition(page(*metrics)))


def best(*metrics: str) -> Candidate:
    return ranking(*metrics).candidates[0]


def failures(candidate: Candidate) -> str:
    metrics = candidate.metrics
    return f"counter {metrics.failures}" if metrics.failures else metrics.status_label or "none"


@each_kind
def test_an_instrumentation_is_read_as_its_users_want(kind: Kind) -> None:
    found = best(*kind.metrics)
    read = (found.metrics.duration, " ".join(found.metrics.name_label), failures(found), found.metrics.unit)
    assert read == (kind.histogram, kind.labels, kind.failures, kind.unit)
    assert found.reasons


@each_kind
def test_what_is_written_is_read_back_as_the_same_metrics(kind: Kind) -> None:
    found = best(*kind.metrics)
    policy = policy_file.parse(policy_text.text(found, Service(), None))
    assert policy.metrics == found.metrics


@each_kind
def test_the_operations_of_a_page_are_read_by_what_was_found(kind: Kind) -> None:
    metrics = best(*kind.metrics).metrics
    reader = ExpositionReader(metrics.samples)
    reader.add(0.0, page(*kind.metrics))
    seen = series.snapshots(reader.table(), metrics)
    assert seen.operations
    assert len({operation.name for operation in seen.operations}) == len(seen.operations)
    assert seen.executions[0].all()
    assert seen.failures[0].any() == (kind.failures != "none")


def test_the_pizzerias_own_metrics_are_read_with_all_that_belongs_to_them() -> None:
    assert best(*KINDS["neuroglia"].metrics).metrics == CQRS


def test_the_name_of_one_operation_is_its_histograms() -> None:
    metrics = best("http_request_duration_seconds{status=200|500}").metrics
    assert metrics.name_label == ()
    assert metrics.name_of({"status": "200"}) == "http_request_duration_seconds"


def test_what_fits_as_well_is_ranked_beside_the_best() -> None:
    task, job = "a_task_duration_seconds{task=A|B}", "a_job_duration_seconds{job_name=A|B}"
    found = ranking(task, job, "a_body_seconds{body=A}")
    assert [each.metrics.duration for each in found.equal] == ["a_task_duration_seconds"]


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ("response_size_bytes{route=/a}", "it is not a duration: sizes"),
        ("http_request_duration_seconds{shard=a|b}", "no label names an operation (it has shard)"),
        ("db_query_duration_seconds{query=a|b}", "it is a database's (db)"),
        (
            "http_client_request_duration_seconds{method=GET,route=/a}",
            "it is of what the service itself calls",
        ),
        ("job_wait_seconds{job_name=a|b}", "it is of waiting (wait)"),
    ],
)
def test_what_does_not_do_says_why_and_what_would(metric: str, why: str) -> None:
    found = ranking(metric)
    assert found.candidates == ()
    (misfit,) = found.misfits
    assert why in misfit.reason
    assert "--" in misfit.remedy


def test_a_histogram_without_finite_buckets_does_not_do() -> None:
    (misfit,) = rank(from_exposition('http_seconds_bucket{route="/a",le="+Inf"} 1\n')).misfits
    assert "no bucket but" in misfit.reason
    assert "native" in misfit.remedy


def test_several_histograms_that_are_one_operation_each_are_ranked_alike() -> None:
    """Axon without tags has a timer for each message."""
    timers = [f"commandBus_{name}_allTimer_seconds{{}}" for name in ("Place", "Ship")]
    found = ranking(*timers, "commandBus_Place_failureTimer_seconds{}")
    assert [each.metrics.name_label for each in (found.candidates[0], *found.equal)] == [(), ()]


def test_a_unit_that_nothing_tells_is_asked_for() -> None:
    (seen,) = from_exposition(
        'work_time_bucket{route="/a",le="5"} 1\nwork_time_bucket{route="/a",le="+Inf"} 1\n'
    ).histograms
    refused = examine(seen)
    assert isinstance(refused, Misfit)
    assert "--unit" in refused.remedy
    taken = examine(seen, unit="microseconds")
    assert isinstance(taken, Candidate)
    assert taken.metrics.unit == "microseconds"


def test_labels_that_somebody_names_are_taken_as_they_are() -> None:
    (seen,) = from_exposition(page("http_request_duration_seconds{shard=a|b}")).histograms
    taken = examine(seen, names=("shard",))
    assert isinstance(taken, Candidate)
    assert taken.metrics.name_label == ("shard",)


def test_a_value_that_counts_what_the_others_count_is_no_operation() -> None:
    text = page("request_seconds{action=a|b|all}")
    counted = text.replace('action="all",le="+Inf"} 11', 'action="all",le="+Inf"} 22')
    (found,) = rank(from_exposition(counted)).candidates
    assert found.metrics.ignored_names == ("all",)
    assert best("request_seconds{action=a|b|all}").metrics.ignored_names == ()
