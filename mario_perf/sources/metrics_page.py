"""A metrics page, by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from mario_perf.errors import SourceUnreachableError, UnreadableExpositionError
from mario_perf.sources import document, grammar
from mario_perf.sources.connection import session

if TYPE_CHECKING:
    from mario_perf.sources.connection import Connection

ANSWER_TIMEOUT = 10.0
"""Seconds that a service has to show its metrics."""

_TEXTS = ("text/plain", "application/openmetrics-text")


@dataclass(frozen=True, slots=True)
class Page:
    """The text exposition at a URL; None where something else answers, and ``description`` says what."""

    text: str | None
    description: str = ""


def page(connection: Connection) -> Page:
    """What answers at the URL. Its body says what it is where the content type is missing or wrong.

    Raises:
        SourceUnreachableError: no answer.
    """
    _check_url(connection.url)
    try:
        answer = session(connection).get(connection.url, timeout=ANSWER_TIMEOUT)
    except requests.HTTPError as error:
        return Page(None, f"status {error.response.status_code}")
    except requests.RequestException as error:
        raise SourceUnreachableError(
            f"{connection.url}: no answer ({error}); check that the service runs, or correct the URL"
        ) from error
    text = answer.content.decode("utf-8", "replace")  # the format's only encoding, whatever a header says
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        grammar.refuse_other_pages(text)
        if kind not in _TEXTS and not document.parse(text).samples:
            return Page(None, f"an empty page of type {kind or 'unknown'}")
    except UnreadableExpositionError as error:
        return Page(None, str(error))
    return Page(text)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceUnreachableError(
            f"{url}: not the URL of a page; write it like http://127.0.0.1:8000/metrics"
        )
