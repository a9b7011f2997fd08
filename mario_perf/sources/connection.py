"""How a Prometheus server is reached, and what is said when it is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from prometheus_api_client import PrometheusConnect

from mario_perf.errors import SourceUnreachableError
from mario_perf.sources.bounded_session import BoundedSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mario_perf.run_record import Side


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a Prometheus server, and which of its targets is meant.

    ``matchers`` are labels of the target; without ``instance`` it is the host and port of the service's
    URL. ``replicas`` are by side the labels of all its targets, whose counts add up. ``settle`` is how long
    after a run's end its last scrape is waited for.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    basic_auth: tuple[str, str] | None = None
    bearer_token: str | None = field(default=None, repr=False)
    verify: bool = True
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    timeout: float = 30.0  # seconds, of one request with its retries
    settle: float = 75.0  # seconds
    matchers: Mapping[str, str] = field(default_factory=dict)
    replicas: Mapping[Side, Mapping[str, str]] = field(default_factory=dict)

    def labels_of(self, side: Side, url: str) -> Mapping[str, str]:
        """The labels of a side's target or targets, whose metrics are at ``url``."""
        return self.replicas.get(side) or {"instance": urlsplit(url).netloc, **self.matchers}


def session(connection: Connection) -> requests.Session:
    """With the credentials, certificates and headers; error statuses raise."""
    bounded = BoundedSession()
    bounded.headers.update(connection.headers)
    bounded.verify = str(connection.ca) if connection.ca and connection.verify else connection.verify
    if connection.certificate is not None:
        key = connection.key or connection.certificate
        bounded.cert = (str(connection.certificate), str(key))
    if connection.basic_auth is not None:
        bounded.auth = connection.basic_auth
    if connection.bearer_token is not None:
        bounded.auth = _Bearer(connection.bearer_token)
    bounded.hooks["response"].append(_refuse)
    return bounded


def client(connection: Connection) -> PrometheusConnect:
    """For queries."""
    return PrometheusConnect(
        url=connection.url.rstrip("/"),
        session=session(connection),
        timeout=connection.timeout,
    )


def _refuse(response: requests.Response, **_: object) -> None:
    """Raise for an error status, and for a redirect: what is left of them leads to another origin."""
    response.raise_for_status()
    if response.is_redirect:
        raise requests.HTTPError("redirect to another origin", response=response)


@dataclass(frozen=True)
class _Bearer(requests.auth.AuthBase):
    """Keeps the token from being replaced by a ~/.netrc entry."""

    token: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def send_query(url: str, request: Callable[[], Any]) -> Any:  # noqa: ANN401 — the client is untyped
    """The answer to a question to the server at ``url``, or what is read from it.

    Raises:
        SourceUnreachableError: There is none, or one of another shape than Prometheus documents.
    """
    try:
        return request()
    except requests.HTTPError as error:
        raise SourceUnreachableError(f"{url}: Prometheus refused: {_refusal(error)}") from error
    except requests.exceptions.SSLError as error:
        raise SourceUnreachableError(
            f"{url}: TLS failed ({_innermost(error)}); give the server's CA or a client certificate"
        ) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        raise SourceUnreachableError(
            f"{url}: Prometheus is not reachable ({error}); start it, or correct the URL"
        ) from error
    except requests.exceptions.ContentDecodingError as error:
        raise SourceUnreachableError(f"{url}: {error}; correct the URL, or ask for less") from error
    except (requests.RequestException, *_MISSHAPEN) as error:
        raise SourceUnreachableError(f"{url}: this is not a Prometheus API; correct the URL") from error


_MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What Python says of JSON that has another shape, or other numbers, than was expected."""


def _refusal(error: requests.HTTPError) -> str:
    """What an error response says, in a line."""
    response = error.response
    if response.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
        return f"status {response.status_code}; give a user and password, or a token"
    try:
        return f"status {response.status_code}: {response.json()['error']}"
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}; correct the URL"


def _innermost(error: BaseException) -> str:
    cause: Any = error
    while isinstance(cause, BaseException) and cause.args and isinstance(cause.args[-1], BaseException):
        cause = cause.args[-1]
    return str(getattr(cause, "reason", cause))
