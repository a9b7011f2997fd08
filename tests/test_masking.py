from __future__ import annotations

import pytest

from mario_perf.masking import arguments, text
from mario_perf.run_record import RunRecord
from tests.simulated_runs import record, target

SECRET = "hunter2-Zx81"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXJpbyJ9.c2lnbmF0dXJl"
TOKEN = f"ghp_{'a1B2' * 9}"
LEAKS = (
    f"http://mario:{SECRET}@host/x",
    f"http://mario:p@ss{SECRET}@host/x",
    f"http://host/x?page=2&sig={SECRET}&a=b",
    f"http://host/x?access_token={SECRET}",
    f"Authorization: Bearer {SECRET}",
    f"Authorization: Token {SECRET}",
    f"Authorization: ApiKey {SECRET}",
    f'sent Proxy-Authorization: Digest username="mario", response="{SECRET}"',
    f"Cookie: a=1; sid={SECRET}",
    f"Set-Cookie: a=1; Path=/; id={SECRET}",
    f"X-Api-Key: {SECRET}",
    f"answered 401 to Basic {SECRET}",
    f"token={SECRET}&page=2",
    f"SECRET_KEY={SECRET}",
    f"AWS_SECRET_ACCESS_KEY={SECRET}",
    f"key={SECRET}",
    f"client_secret: {SECRET}",
    f'PASSWORD="two {SECRET}"',
    f"PASSWORD='two \\' {SECRET}'",
    f'{{"password": "two {SECRET}", "n": 1}}',
    f'{{"clientSecret": "{SECRET}"}}',
    f'"{{\\"api_key\\": \\"two {SECRET}\\"}}"',
    f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END",
)


@pytest.mark.parametrize("raw", LEAKS)
def test_a_secret_is_recognised_by_where_it_stands(raw: str) -> None:
    assert SECRET not in text(raw)
    assert text(text(raw)) == text(raw)


@pytest.mark.parametrize("raw", [JWT, TOKEN])
def test_or_by_its_form(raw: str) -> None:
    assert text(f"the service said {raw}, twice") == "the service said ***, twice"


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("http://a:b@host/x", "http://***@host/x"),
        ("http://a:p@ss@host/x", "http://***@host/x"),
        ("token=abc&page=2", "token=***&page=2"),
        ("Authorization: Bearer abcdefgh", "Authorization: ***"),
        ('{"password": "a b", "n": 1}', '{"password": "***", "n": 1}'),
        ("PASSWORD='a b' USER=c", "PASSWORD='***' USER=c"),
    ],
)
def test_what_stands_around_it_stays(raw: str, masked: str) -> None:
    assert text(raw) == masked


@pytest.mark.parametrize(
    "raw",
    [
        "GetTokenQuery: counts differ",
        "/oauth/token: counts differ",
        "basic checks passed",
        "8 cores",
        "http://host/path",
        "mail@host",
        "monkey=1&design=2",
        'rate(x_bucket{type="RefreshTokenCommand",route="/oauth/token"}[1m])',
    ],
)
def test_what_holds_no_secret_stays_as_it_is(raw: str) -> None:
    assert text(raw) == raw


@pytest.mark.parametrize(
    ("command", "masked"),
    [
        (("run", "--basic-auth", "a:b", "-u", "20"), ("run", "--basic-auth", "***", "-u", "20")),
        (
            ("run", "--secret-key", "a b", "--access-key", "c"),
            ("run", "--secret-key", "***", "--access-key", "***"),
        ),
        (("env", "PASSWORD=two words", "--api-token=x y"), ("env", "PASSWORD=***", "--api-token=***")),
    ],
)
def test_a_value_on_the_command_line_is_masked_whole(
    command: tuple[str, ...], masked: tuple[str, ...]
) -> None:
    assert arguments(command) == masked


@pytest.mark.parametrize("raw", LEAKS)
def test_a_run_record_holds_none(raw: str) -> None:
    reached = target({"GetMenuQuery": 1}).model_dump() | {"url": raw, "metrics_url": raw}
    command = ("locust", raw, "--api-token", SECRET, f"--password={SECRET}")
    kept = record().model_dump() | {"targets": (reached,), "command": command, "warnings": (raw,)}
    assert SECRET not in RunRecord.model_validate(kept).model_dump_json()
