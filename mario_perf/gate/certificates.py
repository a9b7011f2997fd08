"""Which TLS certificates of a running service are believed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Any certificate, or what one in the file ``ca`` (PEM) signed, else what this machine believes."""

    ca: Path | None = None
    insecure: bool = False

    @property
    def locust_options(self) -> tuple[str, ...]:
        if self.ca is not None:
            return ("--ca", str(self.ca))
        return ("--insecure",) if self.insecure else ()

    def context(self) -> ssl.SSLContext:
        """The same for a connection of our own.

        Raises:
            UserError: the file has no certificates, or both were asked for.
        """
        if self.ca is not None and self.insecure:
            raise UserError("--ca and --insecure exclude each other; give one of them")
        if self.insecure:
            return _believing_all()
        try:
            return ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError as error:
            raise UserError(f"--ca {self.ca}: no certificates in PEM ({error.reason})") from error
        except OSError as error:
            raise UserError(f"--ca {self.ca}: cannot be read ({error.strerror})") from error


def _believing_all() -> ssl.SSLContext:
    """It reads no authorities of this machine, which takes longer than an answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


SYSTEM_CERTIFICATES = TlsSettings()

ANY_CERTIFICATE = TlsSettings(insecure=True)
