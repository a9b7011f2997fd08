from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.model import Finding, GateResult, Severity
from reports import github
from reports.formats import RENDERERS
from reports.redaction import arguments, redacted, text
from tests.reports import samples

SECRET = "hunter2-Zx81"
URL = f"https://mario:{SECRET}@prometheus.example/api?token={SECRET}"


def planted() -> GateResult:
    """A result with a secret in every input that a person or a tool could have put one into."""
    clean = samples.gate()
    target = clean.runs[0].targets[0]
    steps = tuple(one.model_copy(update={"errors": {f"ConnectError {URL}": 3}}) for one in target.whole_run)
    leaking = target.model_copy(update={"url": URL, "metrics_url": URL, "whole_run": steps, "revision": URL})
    run = clean.runs[0].model_copy(
        update={
            "command": ("locust", "--host", URL, "--api-token", SECRET, f"--password={SECRET}"),
            "warnings": (f"could not read {URL}", f"sent Authorization: Bearer {SECRET}"),
            "targets": (leaking,),
        }
    )
    one = clean.operations[0]
    return replace(
        clean,
        sentence=f"Compared with {URL}.",
        operations=(replace(one, explanation=f"See {URL}"), *clean.operations[1:]),
        findings=(Finding("source", Severity.INVALID, f"{URL} answered 401 to Basic {SECRET}"),),
        runs=(run,),
        baseline_runs=(URL,),
        environment_changes={"source": (URL, f"cookie: {SECRET}")},
        policy={
            "prometheus": {"url": URL, "headers": {"Authorization": SECRET, "X-Api-Key": SECRET}},
            "service": {"start": ["serve", "--token", SECRET], "auth": [SECRET, SECRET]},
        },
        promql={one.operation.name: f'up{{url="{URL}"}}'},
    )


@pytest.mark.parametrize("name", RENDERERS)
def test_a_secret_in_any_input_reaches_no_output(name: str) -> None:
    assert SECRET not in RENDERERS[name](planted())


def test_nor_does_it_reach_the_step_summary() -> None:
    assert SECRET not in github.step_summary(planted())


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("http://a:b@host/x", "http://***@host/x"),
        ("http://a:p@ss@host/x", "http://***@host/x"),
        ("token=abc&page=2", "token=***&page=2"),
        ("Authorization: Bearer abcdefgh", "Authorization: ***"),
        ('{"password": "abc"}', '{"password": "***"}'),
    ],
)
def test_secrets_are_recognised_by_where_they_stand(raw: str, masked: str) -> None:
    assert text(raw) == masked


@pytest.mark.parametrize(
    "raw", ["GetTokenQuery: counts differ", "basic checks passed", "8 cores", "http://host/path", "mail@host"]
)
def test_what_holds_no_secret_stays_as_it_is(raw: str) -> None:
    assert text(raw) == raw


def test_the_value_after_a_secret_flag_is_masked_whole() -> None:
    assert arguments(("run", "--basic-auth", "a:b", "-u", "20")) == ("run", "--basic-auth", "***", "-u", "20")


def test_a_result_without_secrets_comes_back_equal(result: GateResult) -> None:
    again = redacted(result)
    assert again.operations == result.operations
    assert again.runs == result.runs
    assert again.policy == result.policy
