"""Our behaviour in a real Neuroglia application."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.instrumentation.environment import UnavailableError, neuroglia_python, run
from tests.conftest import REQUIRE_ALL
from tests.pizzeria.running import samples

APPLICATION = Path(__file__).parent / "application.py"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """The framework and us, in an environment of their own."""
    try:
        neuroglia_python()
    except UnavailableError as error:
        if os.environ.get(REQUIRE_ALL):
            raise
        pytest.skip(f"needs neuroglia-python: {error}")


@pytest.fixture(scope="module")
def exposed() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """What the application's metrics say after 8 commands, 3 queries and an event."""
    return samples(run(APPLICATION))


def test_both_can_be_installed_together_with_no_requirement_broken() -> None:
    """The environment holds what both ask for, and nothing that either forbids."""
    assert run("-m", "pip", "check").strip() == "No broken requirements found."
    assert {"mario-perf", "neuroglia-python"} <= {
        line.partition("==")[0] for line in run("-m", "pip", "list", "--format", "freeze").splitlines()
    }


def value(exposed: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return exposed[name, frozenset(labels.items())]


@pytest.mark.parametrize(
    ("operation", "type_", "count"),
    [("command", "BakeCommand", 8), ("query", "GetOvenQuery", 3), ("request", "BakedEvent", 1)],
)
def test_everything_that_goes_through_the_mediator_is_counted_once(
    exposed: dict[tuple[str, frozenset[tuple[str, str]]], float], operation: str, type_: str, count: int
) -> None:
    assert value(exposed, "cqrs_executions_total", operation=operation, type=type_) == count


@pytest.mark.parametrize(
    ("error_type", "count"),
    [("validation", 1), ("not_found", 1), ("authorization", 1), ("business_rule", 1), ("exception", 2)],
)
def test_a_failed_result_is_a_failure_of_its_category(
    exposed: dict[tuple[str, frozenset[tuple[str, str]]], float], error_type: str, count: int
) -> None:
    """Neuroglia's handlers answer with a failed result where others raise; one of these raised."""
    failures = value(
        exposed,
        "cqrs_executions_failures_executions_total",
        operation="command",
        type="BakeCommand",
        error_type=error_type,
    )
    assert failures == count


def test_durations_are_kept_by_status(
    exposed: dict[tuple[str, frozenset[tuple[str, str]]], float],
) -> None:
    count = "cqrs_execution_duration_milliseconds_count"
    labels = {"operation": "command", "type": "BakeCommand"}
    assert value(exposed, count, **labels, status="success") == 2
    assert value(exposed, count, **labels, status="failure") == 6
