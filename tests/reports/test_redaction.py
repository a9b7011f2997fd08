from __future__ import annotations

from dataclasses import replace

import pytest

from mario_perf.configuration.policy import Policy, Service
from mario_perf.model import Commit, Finding, GateResult, Operation, Severity, Subject
from mario_perf.reports import github_annotations
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.redaction import redact
from tests.reports import samples
from tests.test_masking import LEAKS, SECRET

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
            "warnings": (f"could not read {URL}", *LEAKS),
            "targets": (leaking,),
        }
    )
    one = clean.operations[0]
    return replace(
        clean,
        sentence=f"Compared with {URL}.",
        operations=(replace(one, explanation=f"See {URL}"), *clean.operations[1:]),
        findings=tuple(Finding("source", Severity.INVALID, f"The source said {leak}") for leak in LEAKS),
        runs=(run,),
        baseline_runs=(URL,),
        baseline_revisions=(URL,),
        subject=Subject(URL, URL, URL, URL, Commit(URL, URL, URL), None, URL, URL, (URL,)),
        command=("mario-perf", "gate", "--baseline-url", URL, "--api-token", SECRET),
        environment_changes={"source": (URL, f"cookie: {SECRET}")},
        policy={
            "prometheus": {"url": URL, "headers": {"Authorization": SECRET, "X-Api-Key": SECRET}},
            "service": {"start": ["serve", "--token", SECRET], "auth": [SECRET, SECRET]},
        },
        queries={one.operation.name: {"p95": f'up{{url="{URL}"}}'}},
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_secret_in_any_input_reaches_no_output(name: str) -> None:
    assert SECRET not in FORMATS[name].render(planted())


def test_nor_does_it_reach_the_step_summary() -> None:
    assert SECRET not in github_annotations.step_summary(planted())


def test_an_operation_with_the_name_of_a_secret_keeps_its_queries() -> None:
    names = ("RefreshTokenCommand", "/oauth/token")
    result = samples.gate(
        *(replace(samples.operations()[0], operation=Operation("command", one)) for one in names)
    )
    assert redact(result).queries == result.queries


def test_packages_with_such_a_name_keep_their_versions(result: GateResult) -> None:
    environment = samples.environment().model_copy(update={"packages": {"tokenizers": "0.2"}})
    run = result.runs[0].model_copy(update={"environment": environment})
    assert redact(replace(result, runs=(run,))).runs == (run,)


def test_the_policys_own_words_are_no_secrets() -> None:
    policy = Policy(service=Service(start=("serve", "--port", "{port}"))).as_mapping()
    assert redact(replace(samples.gate(), policy=policy)).policy == policy


def test_a_result_without_secrets_comes_back_equal(result: GateResult) -> None:
    again = redact(result)
    assert repr(again.operations) == repr(result.operations)  # NaN is not equal to itself
    assert again.runs == result.runs
    assert again.policy == result.policy
