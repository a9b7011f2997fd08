"""Whatever is sent, the service answers as its OpenAPI description says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
import urllib3  # noqa: F401 - its import binds a socket, which no test may
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATIONS = (
    "GET /api/menu/",
    "POST /api/menu/add",
    "PUT /api/menu/update",
    "DELETE /api/menu/remove",
    "POST /api/orders/",
    "GET /api/orders/",
    "GET /api/orders/{order_id}",
    "PUT /api/orders/{order_id}/cook",
    "PUT /api/orders/{order_id}/ready",
    "PUT /api/orders/{order_id}/status",
    "GET /api/kitchen/status",
    "GET /api/kitchen/queue",
    "GET /api/delivery/ready",
    "GET /api/delivery/tour",
    "POST /api/delivery/{order_id}/assign",
    "GET /health",
    "GET /ready",
    "GET /metrics",
    "GET /api/metrics",
)

REFUSING = {
    "POST /api/menu/add",
    "PUT /api/menu/update",
    "POST /api/orders/",
    "GET /api/orders/",
    "PUT /api/orders/{order_id}/status",
}
"""Their rules are more than a schema can state: they refuse well-formed requests with a documented 400."""


@pytest.fixture(scope="module")
def described() -> Iterator[dict[str, Any]]:
    """Every operation of the description, by its method and path."""
    with open_database(None) as connection:
        schema = schemathesis.openapi.from_asgi("/api/openapi.json", bootstrap(connection, Announcements()))
        operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
        yield {each.label: each for each in operations}


def test_the_description_has_every_path_of_the_service_and_no_other(described: dict[str, Any]) -> None:
    assert set(described) == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(
    max_examples=settings().max_examples * 3 // 10,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_an_answer_is_as_it_is_described(
    described: dict[str, Any], operation: str, data: st.DataObject
) -> None:
    case = data.draw(described[operation].as_strategy())
    excluded = [positive_data_acceptance] if operation in REFUSING else []
    case.call_and_validate(excluded_checks=excluded)
