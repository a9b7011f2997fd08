"""A metrics page, by its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from analysis.errors import SourceUnreachableError
from analysis.sources.connection import session

if TYPE_CHECKING:
    from analysis.sources.connection import Connection

ANSWERING = 10.0
"""Seconds that a service has to show its metrics."""

_TEXTS = ("text/plain", "application/openmetrics-text")


def page(connection: Connection) -> str | None:
    """The text exposition at the URL; None where something else answers, such as a Prometheus server.

    Raises:
        SourceUnreachableError: Nobody answers.
    """
    try:
        answer = session(connection).get(connection.url, timeout=ANSWERING)
    except requests.HTTPError:
        return None
    except requests.RequestException as error:
        raise SourceUnreachableError(
            f"{connection.url}: no answer ({type(error).__name__}); start the service, or correct the URL"
        ) from error
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return answer.text if kind in _TEXTS else None
