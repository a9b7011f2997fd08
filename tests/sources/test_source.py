"""Metric sources are opened in one place."""

from __future__ import annotations

import ast
from pathlib import Path

from mario_perf.configuration.policy import Policy
from mario_perf.runs import Run
from mario_perf.sources.connection import Connection
from mario_perf.sources.prometheus_source import PrometheusSource
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import open_source
from tests.package_source import modules, name_in_package, nodes

RUN = Run(Path("runs/one"), None)  # type: ignore[arg-type]


def calls(path: Path) -> set[str]:
    return {
        node.func.id for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_without_a_prometheus_the_scrapes_of_each_run_are_read() -> None:
    assert isinstance(open_source(Policy())(RUN).metrics, ScrapeSource)


def test_a_prometheus_is_one_source_for_all_runs() -> None:
    source_of = open_source(Policy(), Connection("http://127.0.0.1:9"))
    assert isinstance(source_of(RUN).metrics, PrometheusSource)
    assert source_of(RUN) is source_of(RUN)


def test_no_other_module_builds_a_source() -> None:
    """Sources, clients of Prometheus and loads are each built in one module."""
    builders = {
        built: [name_in_package(path) for path in modules() if built in calls(path)]
        for built in ("ScrapeSource", "PrometheusSource", "PrometheusConnect", "LoadPlan")
    }
    assert builders["ScrapeSource"] == builders["PrometheusSource"] == ["sources/source.py"]
    assert builders["PrometheusConnect"] == ["sources/connection.py"]
    assert builders["LoadPlan"] == ["gate/load_plan.py"]
