from __future__ import annotations

import re

import pytest

from mario_perf.configuration.discovery.evidence import Family
from mario_perf.configuration.discovery.status_labels import choose


@pytest.mark.parametrize(
    ("label", "failing", "fine"),
    [
        ("status", "500 503", "200 404"),
        ("statusCode", "500 503", "200 404"),
        ("http.response.status_code", "500", "200 422"),
        ("code", "5xx", "2xx 4xx"),
        ("response_code", "502", "0 200"),
        ("grpc_code", "Internal DeadlineExceeded", "OK NotFound"),
        ("statusCode", "UNAVAILABLE DATA_LOSS", "OK INVALID_ARGUMENT"),
        ("rpc_grpc_status_code", "2 13 14", "0 5 16"),
        ("status_code", "STATUS_CODE_ERROR", "STATUS_CODE_UNSET STATUS_CODE_OK"),
        ("success", "false False 0", "true True 1"),
        ("ok", "no", "yes"),
        ("error", "true", "false"),
        ("outcome", "SERVER_ERROR", "SUCCESS CLIENT_ERROR REDIRECTION"),
        ("execution_result", "failure", "success"),
        ("state", "failed discard", "completed cancelled"),
        ("result", "error exception timeout", "ok"),
        ("exception", "IllegalStateException", "none None n/a"),
        ("error_type", "timeout 500", ""),
    ],
)
def test_a_status_is_told_in_any_spelling(label: str, failing: str, fine: str) -> None:
    values = [*failing.split(), *fine.split()]
    found = choose(
        Family("rpc_seconds" if "rpc" in label else "x_seconds", tuple({label: value} for value in values))
    )
    assert found is not None
    assert found.label == label
    assert [value for value in values if re.fullmatch(found.failing, value)] == failing.split()
    assert not re.fullmatch(found.failing, "")


def test_codes_come_before_words_and_words_before_causes() -> None:
    series = {"status": "200", "outcome": "SUCCESS", "exception": "none"}
    for label in ("status", "outcome", "exception"):
        found = choose(Family("x_seconds", (dict(series),)))
        assert found is not None
        assert found.label == label
        del series[label]
    assert choose(Family("x_seconds", ({"route": "/a"},))) is None
