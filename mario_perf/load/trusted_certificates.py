"""Which TLS certificates are trusted."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING

from mario_perf import local_file
from mario_perf.load.http1.tls import default_context

if TYPE_CHECKING:
    from pathlib import Path


@lru_cache(maxsize=2)
def context(ca: str | None, *, insecure: bool) -> ssl.SSLContext:
    """A context, shared by all callers with the same arguments.

    It trusts the certificates that ``ca`` (in PEM) has signed; without ``ca``, those that this machine
    trusts. ``insecure`` accepts any certificate.
    """
    return default_context(insecure=insecure) if ca is None else ssl.create_default_context(cadata=ca)


def authorities(path: Path) -> str:
    """Read the certificates in a file.

    Raises:
        ValueError: The file cannot be read, or has no certificate.
    """
    try:
        text = local_file.content(path).decode("ascii")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except ssl.SSLError as error:
        raise ValueError(f"{path}: no certificates in PEM ({error.reason})") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    return text
