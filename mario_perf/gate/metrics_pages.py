"""Whether services show metrics, before any load: what is missing then would spoil a whole gate."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpx

from mario_perf.bounded_read import HttpAnswer, Reader
from mario_perf.errors import UnreadableExpositionError, UserError
from mario_perf.gate.certificates import ANY_CERTIFICATE, SYSTEM_CERTIFICATES
from mario_perf.sources import grammar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.gate.certificates import TlsSettings

_ANSWERING: Final = 10.0  # seconds

_TRIES, _PAUSE = 3, 0.2
"""A page that puts the counters of several workers together can fail while one of them makes its files."""

_ADVICE: Final = (
    'correct [service] metrics in perf.toml, or set it to "client" to judge response times without metrics'
)


def check_ports(path: str, ports: Sequence[int]) -> None:
    """Check services of this machine; see :func:`check`."""
    for port in ports:
        check(f"http://127.0.0.1:{port}", path, ANY_CERTIFICATE)


def check(url: str, path: str, tls: TlsSettings = SYSTEM_CERTIFICATES) -> None:
    """See that a service shows metrics. Without a ``path`` none are read.

    The page may be empty: some services show an operation only after its first execution.

    Raises:
        UserError: another page, or none, answers.
    """
    if not path:
        return
    page = f"{url.rstrip('/')}{path}"
    try:
        with Reader(tls.context()) as reader:
            answer = _answer(reader, page)
        if answer.status != httpx.codes.OK:
            raise UserError(f"{page}: no metrics (status {answer.status}); {_ADVICE}")
        grammar.refuse_other_pages(answer.text)
    except (httpx.HTTPError, httpx.InvalidURL, UnreadableExpositionError) as error:
        raise UserError(f"{page}: no metrics ({error}); {_ADVICE}") from error


def _answer(reader: Reader, page: str) -> HttpAnswer:
    """The page, asked again where the service failed at it."""
    for _ in range(_TRIES - 1):
        answer = reader.get(page, _ANSWERING)
        if not httpx.codes.is_server_error(answer.status):
            return answer
        time.sleep(_PAUSE)
    return reader.get(page, _ANSWERING)
