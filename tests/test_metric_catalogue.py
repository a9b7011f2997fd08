"""A metric is written down once, and everything that shows or judges it is made from that."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf import metric_catalogue
from mario_perf.comparison import metric_values
from mario_perf.configuration import policy_file, policy_text
from mario_perf.configuration.discovery.candidates import Candidate
from mario_perf.configuration.policy import Policy, Service, Thresholds
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.judgement import duet_results
from mario_perf.metric_catalogue import FAMILIES, METRICS, Gates, Kind, Metric, MetricEntry, ThresholdFamily
from mario_perf.model import Operation, Verdict
from mario_perf.reports import json_report, phrases
from mario_perf.reports.formats import FORMATS
from mario_perf.sources.report_queries import queries
from tests.package_source import PACKAGE, modules, name_in_package, nodes
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import OperationResult

CHECKOUT = PACKAGE.parent
ENTRIES = tuple(METRICS.values())
LATEST_CHECKS: tuple[Metric, ...] = ("slow_share", "response_errors", "response_time")
"""The checks that were added last: adding each was to touch a file or two."""


@pytest.fixture(scope="module", params=ENTRIES, ids=lambda entry: entry.key)
def entry(request: pytest.FixtureRequest) -> MetricEntry:
    return cast("MetricEntry", request.param)


def test_every_key_has_an_entry_and_no_title_is_used_twice() -> None:
    assert get_args(Metric) == tuple(METRICS)
    assert len({one.title for one in ENTRIES}) == len(ENTRIES)


def test_each_metric_is_read_in_one_way_that_fits_its_kind(entry: MetricEntry) -> None:
    assert (entry.key in metric_values.SHARES) == entry.share
    assert (entry.key in metric_values.LOGARITHMIC) == (not entry.share)


def test_each_metric_has_thresholds_that_a_policy_can_set(entry: MetricEntry) -> None:
    for name in (entry.family.noise, entry.family.resolution):
        policy = policy_file.parse(f"[thresholds]\n{name} = 0.125\n")
        assert getattr(policy.thresholds, name) == 0.125


def test_a_value_and_a_change_of_each_metric_are_written_in_its_unit(entry: MetricEntry) -> None:
    units = {Kind.DURATION: "250 ms", Kind.SHARE: "25 %", Kind.RATE: "0.25/s", Kind.RATIO: "0.25 times"}
    assert phrases.quantity(entry.key, 0.25) == units[entry.kind]


def test_the_schema_of_a_report_says_what_each_metric_is(entry: MetricEntry) -> None:
    told = json_report.schema()["$defs"]["MetricComparison"]["properties"]["metric"]["description"]
    assert f"{entry.key}: {entry.reads} ({entry.kind.value})" in told


def test_each_metric_has_a_query_or_a_reason_why_there_is_none(entry: MetricEntry) -> None:
    assert bool(entry.query) != bool(entry.unqueried)
    assert not entry.query or entry.query in queries(Operation("query", "GetMenuQuery"), CQRS)


def test_no_report_shows_a_query_of_a_metric_that_is_not_in_the_catalogue() -> None:
    assert queries(Operation("query", "GetMenuQuery"), CQRS).keys() <= {one.query for one in ENTRIES}


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.key)
def test_every_family_is_used_and_both_policy_files_show_its_defaults(family: ThresholdFamily) -> None:
    assert any(family in {one.family, one.under_load} for one in ENTRIES)
    written = policy_text.text(Candidate("The pizzeria's", CQRS, 1.0, ()), Service(), None)
    for text in (written, (CHECKOUT / "perf.toml").read_text("utf-8")):
        for name in (family.noise, family.resolution):
            assert f"# {name} = {getattr(Thresholds(), name)}" in text


def test_a_table_and_a_sentence_call_a_metric_by_one_name() -> None:
    for one in simulated():
        for comparison in one.comparisons:
            assert f"The {phrases.title(comparison)}" in comparison.explanation


@pytest.mark.parametrize("key", LATEST_CHECKS)
def test_no_check_is_named_in_more_than_three_files(key: str) -> None:
    assert len(naming(key)) <= 3, naming(key)
    assert {"metric_catalogue.py", "comparison/metric_values.py"} <= naming(key)


@pytest.mark.parametrize("key", ["slow", "response", "mean", "tail"])
def test_the_thresholds_of_a_family_are_named_in_the_policy_alone(key: str) -> None:
    name = f"{key}_noise"
    holding = {name_in_package(path) for path in modules() if name in path.read_text("utf-8")}
    assert holding == {"configuration/policy.py"}


def naming(key: str) -> set[str]:
    """Files with the key as a text of its own; load and pizzeria know no metric of a gate."""
    return {
        name_in_package(path)
        for path in modules()
        if path.relative_to(PACKAGE).parts[0] not in {"load", "pizzeria"}
        and any(isinstance(node, ast.Constant) and node.value == key for node in nodes(path))
    }


NEW = cast("Metric", "fastest_quarter")


@pytest.fixture
def new_check(monkeypatch: pytest.MonkeyPatch) -> MetricEntry:
    """A check that nobody knew before: an entry, and how it is read."""
    entry = MetricEntry(
        key=NEW,
        title="fastest quarter",
        kind=Kind.DURATION,
        family=FAMILIES["tail"],
        gates=Gates.ALWAYS,
        reads="0.25 quantile of the service's times",
        unqueried="it is made up",
    )
    monkeypatch.setitem(metric_catalogue._BY_KEY, NEW, entry)
    monkeypatch.setitem(
        metric_values.LOGARITHMIC, NEW, metric_values._both_sides(metric_values.quantile(0.25))
    )
    return entry


def test_a_new_check_needs_an_entry_and_how_it_is_read_to_be_judged_and_shown(new_check: MetricEntry) -> None:
    results = simulated()
    for one in results:
        found = next(each for each in one.comparisons if each.metric == NEW)
        assert found.gating
        assert found.verdict is not Verdict.REGRESSED
        assert f"The {new_check.title} changed by" in found.explanation
    result = samples.gate(*results)
    assert NEW in FORMATS["json"].render(result)
    assert NEW in FORMATS["openmetrics"].render(result)
    for name in ("html", "junit"):
        assert new_check.title in FORMATS[name].render(result)


def simulated() -> tuple[OperationResult, ...]:
    """Two equal builds in ten rounds."""
    world = World(apart=0.01, burst=0.0, samples=30, rounds=10)
    return tuple(duet_results.compare(gate(world, np.random.default_rng(7)), Policy(), 0.01))
