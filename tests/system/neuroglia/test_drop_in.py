"""Our behaviour in a real Neuroglia application, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from benchmarks.instrumentation.environment import UnavailableError, neuroglia_python
from tests.pizzeria.series import samples
from tests.system.conftest import REQUIRE_ALL
from tests.system.pizzerias import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pizzeria.series import Labels

    Samples = dict[tuple[str, Labels], float]

APPLICATION = Path(__file__).parent / "application.py"
EXECUTIONS = "cqrs_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"
DURATION = "cqrs_execution_duration_milliseconds"
BAKE = {"operation": "command", "type": "BakeCommand"}


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """The framework and us, in an environment of their own."""
    try:
        neuroglia_python()
    except UnavailableError as error:
        if os.environ.get(REQUIRE_ALL):
            raise
        pytest.skip(f"needs neuroglia-python: {error}")


def pip(*arguments: str) -> str:
    """What pip prints of the environment, which has none of its own."""
    command = [sys.executable, "-m", "pip", "--python", str(neuroglia_python()), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


@contextmanager
def serving(how: str) -> Iterator[httpx.Client]:
    """The application, with its metrics got in this way."""
    process = subprocess.Popen(
        [neuroglia_python(), APPLICATION, how], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        closing = {"Connection": "close"}  # as the server does after an exception, at any moment
        with httpx.Client(base_url=url, timeout=PATIENCE, headers=closing) as client:
            yield client
    finally:
        process.kill()
        process.communicate()


def scraped(client: httpx.Client) -> Samples:
    return samples(client.get("/metrics").text)


def value(found: Samples, name: str, **labels: str) -> float:
    """Of all series with these labels together: whatever else counts the same is seen, too."""
    return sum(value for (each, have), value in found.items() if each == name and set(labels.items()) <= have)


@pytest.fixture(scope="module")
def exposed() -> Samples:
    """What the application's ``/metrics`` says after 13 commands, 3 queries and an event."""
    with serving("before") as client:
        for how in (
            "well", "well", "unknown", "full", "forbidden", "malformed", "broken", "nonstandard", "invalid",
            "against the rules", "lost", "on fire", "slowly",
        ):  # fmt: skip
            client.post(f"/bake/{how}")
        for _ in range(3):
            assert client.get("/oven").text == "300"
        client.post("/smell")
        return scraped(client)


def test_both_can_be_installed_together_with_no_requirement_broken() -> None:
    """The environment holds what both ask for, and nothing that either forbids."""
    assert pip("check").strip() == "No broken requirements found."
    assert {"mario-perf", "neuroglia-python"} <= {
        line.partition("==")[0] for line in pip("list", "--format", "freeze").splitlines()
    }


@pytest.mark.parametrize(
    ("operation", "type_", "count"),
    [("command", "BakeCommand", 13), ("query", "GetOvenQuery", 3), ("request", "BakedEvent", 1)],
)
def test_everything_that_goes_through_the_mediator_is_on_the_applications_own_page_once(
    exposed: Samples, operation: str, type_: str, count: int
) -> None:
    assert value(exposed, EXECUTIONS, operation=operation, type=type_) == count
    assert value(exposed, EXECUTIONS, type=type_) == count


@pytest.mark.parametrize(
    ("error_type", "count"),
    [
        ("validation", 2),  # a result and an exception
        ("not_found", 2),
        ("authorization", 1),
        ("business_rule", 3),  # one with a status that HTTP does not know
        ("exception", 3),  # a result, an exception, and one that was given up
    ],
)
def test_a_failed_result_or_an_exception_is_a_failure_of_its_category(
    exposed: Samples, error_type: str, count: int
) -> None:
    """Neuroglia's handlers answer with a failed result where others raise; they do raise, too."""
    assert value(exposed, FAILURES, **BAKE, error_type=error_type) == count


def test_durations_are_kept_by_status_and_in_fine_buckets(exposed: Samples) -> None:
    assert value(exposed, f"{DURATION}_count", **BAKE, status="success") == 2
    assert value(exposed, f"{DURATION}_count", **BAKE, status="failure") == 11
    buckets = [
        name for name, labels in exposed if name == f"{DURATION}_bucket" and set(BAKE.items()) <= labels
    ]
    assert len(buckets) == 2 * 122


def test_what_other_behaviours_take_is_timed_even_those_added_before(exposed: Samples) -> None:
    """``RestingBehavior`` sleeps for 20 ms around each request."""
    assert value(exposed, f"{DURATION}_sum", operation="query", type="GetOvenQuery") >= 3 * 19


def test_a_status_that_http_does_not_know_reaches_the_caller() -> None:
    with serving("before") as client:
        assert client.post("/bake/nonstandard").status_code == 499


@pytest.mark.parametrize("how", ["after", "twice", "by the collection's method", "through OpenTelemetry"])
def test_there_is_one_metrics_behaviour_however_it_is_added(how: str) -> None:
    """The framework's own goes, though ``Observability.configure`` adds it, before or after."""
    with serving(how) as client:
        for baking in ("well", "full"):
            client.post(f"/bake/{baking}")
        found = scraped(client)
    assert value(found, EXECUTIONS, **BAKE) == 2
    assert value(found, "cqrs_executions_success_executions_total", **BAKE) == 1
    assert value(found, FAILURES, **BAKE, error_type="business_rule") == 1
    assert value(found, f"{DURATION}_count", **BAKE) == 2
    assert len([1 for name, labels in found if name == f"{DURATION}_bucket"]) == 2 * 122
