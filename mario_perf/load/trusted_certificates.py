"""Which TLS certificates are believed."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING

from mario_perf.load.http1.tls import default_context

if TYPE_CHECKING:
    from pathlib import Path


@lru_cache(maxsize=2)
def context(ca: str | None, *, insecure: bool) -> ssl.SSLContext:
    """One for all who ask for the same: any certificate, or those that ``ca`` (in PEM) has signed.

    Without either it is those that this machine believes.
    """
    return default_context(insecure=insecure) if ca is None else ssl.create_default_context(cadata=ca)


def authorities(path: Path) -> str:
    """The certificates in a file.

    Raises:
        ValueError: It cannot be read, or has none; the message says which.
    """
    try:
        text = path.read_text(encoding="ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError as error:
        raise ValueError(f"{path}: no certificates in PEM ({error.reason})") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    return text
