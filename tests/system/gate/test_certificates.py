"""Which certificates are believed: `tests/system/e2e` shows it at work."""

import ssl
from pathlib import Path

import pytest

from mario_perf.errors import UserError
from mario_perf.gate.certificates import TlsSettings


def test_certificates_are_verified_unless_that_is_waived(self_signed: Path) -> None:
    assert TlsSettings().context().verify_mode == ssl.CERT_REQUIRED
    assert TlsSettings(ca=self_signed).context().verify_mode == ssl.CERT_REQUIRED
    assert TlsSettings(insecure=True).context().verify_mode == ssl.CERT_NONE


def test_an_authority_that_was_named_is_the_only_one(self_signed: Path) -> None:
    assert len(TlsSettings(ca=self_signed).context().get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        (TlsSettings(Path("nowhere.pem")), "--ca nowhere.pem: cannot be read"),
        (TlsSettings(Path(__file__)), "no certificates in PEM"),
        (TlsSettings(Path(__file__), insecure=True), "exclude each other"),
    ],
)
def test_what_cannot_be_believed_is_said(trust: TlsSettings, said: str) -> None:
    with pytest.raises(UserError, match=said):
        trust.context()


def test_locust_is_told_the_same() -> None:
    assert TlsSettings().locust_options == ()
    assert TlsSettings(ca=Path("ca.pem")).locust_options == ("--ca", "ca.pem")
    assert TlsSettings(insecure=True).locust_options == ("--insecure",)
