"""A Prometheus whose answers are a document: no server, no socket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

import requests
from requests.adapters import BaseAdapter

from mario_perf.sources.bounded_session import BoundedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = ("up", "samples", "labels")


@contextmanager
def answering(document: bytes) -> Iterator[None]:
    """Each request is answered by a part of the document; by all of it where it has no parts."""
    adapter = _Adapter(document)
    with mock.patch.object(BoundedSession, "get_adapter", return_value=adapter):
        yield


class _Adapter(BaseAdapter):
    def __init__(self, document: bytes) -> None:
        super().__init__()
        self._document = document
        try:
            self._parts: Any = json.loads(document)
        except (ValueError, RecursionError):
            self._parts = None

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:  # noqa: ANN401
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response.headers["content-type"] = "application/json"
        response._content = self._answer(response.url)  # noqa: SLF001 - it has no public way
        return response

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, url: str) -> bytes:
        part = "labels" if "/label/" in url else "up" if "scrape_duration" in url else "samples"
        if isinstance(self._parts, dict) and part in self._parts:
            return json.dumps(self._parts[part]).encode()
        return self._document
