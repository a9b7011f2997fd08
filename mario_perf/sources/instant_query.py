"""What a Prometheus server has now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from mario_perf.errors import SourceUnreachableError
from mario_perf.sources.connection import send_query, session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mario_perf.sources.connection import Connection

_Kind = TypeVar("_Kind")


def selector(matchers: Mapping[str, str], *more: str) -> str:
    """Series with these values of labels, and further matchers as PromQL has them."""
    equal = [f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in matchers.items()]
    return "{" + ",".join([*more, *equal]) + "}"


def now(connection: Connection, *matchers: str) -> list[Any]:
    """The last sample of every series of the connection's targets that matches, by one query.

    Raises:
        SourceUnreachableError: The server does not answer, or is not a Prometheus.
    """
    parameters = {"query": selector(connection.matchers, *matchers)}
    return _get(connection, "query", parameters, lambda data: list(data["result"]))


def names(connection: Connection) -> list[str]:
    """The metrics of the connection's targets.

    Raises:
        SourceUnreachableError: The server does not answer, or is not a Prometheus.
    """
    parameters = {"match[]": selector(connection.matchers, '__name__!=""')}
    return _get(connection, "label/__name__/values", parameters, lambda data: list(map(str, data)))


def _get(
    connection: Connection,
    endpoint: str,
    parameters: Mapping[str, str],
    read: Callable[[Any], list[_Kind]],
) -> list[_Kind]:
    url = f"{connection.url.rstrip('/')}/api/v1/{endpoint}"
    bounded = session(connection)
    try:
        found: list[_Kind] = send_query(
            connection.url,
            lambda: read(bounded.get(url, params=parameters, timeout=connection.timeout).json()["data"]),
        )
    except SourceUnreachableError as error:
        reason = str(error).partition(": ")[2].removeprefix("Prometheus refused: ").partition(";")[0]
        raise SourceUnreachableError(f"no Prometheus either: {reason}") from error
    return found
