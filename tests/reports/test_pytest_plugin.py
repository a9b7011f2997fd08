"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from mario_perf.model import Outcome
from mario_perf.reports import json_report
from mario_perf.reports.formats import FORMATS
from tests.reports import samples

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.model import GateResult

pytest_plugins = ["pytester"]

FAST = [f"-pno:{name}" for name in ("unraisableexception", "schemathesis", "hypothesispytest", "xdist")]
"""Without these, a run in this process is quick: the first collects all garbage five times at each end."""


@pytest.fixture
def latest(pytester: pytest.Pytester) -> Path:
    """``runs/latest`` as a gate leaves it: a link to the folder of the run."""
    (pytester.path / "runs" / "one").mkdir(parents=True)
    link = pytester.path / "runs" / "latest"
    link.symlink_to("one")
    return link


def leave(result: GateResult, folder: Path) -> None:
    (folder / FORMATS["json"].file).write_text(json_report.render(result), encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest(*FAST, "-v", "-rA", "--perf-gate", "runs/latest", *arguments)


def test_the_plugin_is_an_entry_point() -> None:
    (found,) = entry_points(group="pytest11", name="mario-perf")
    assert found.value == "mario_perf.pytest_plugin"


def test_each_operation_is_a_test_that_says_its_verdict(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    leave(result, latest)
    shown = run(pytester)
    shown.assert_outcomes(passed=6, failed=3, xfailed=3)
    shown.stdout.fnmatch_lines(
        [
            "runs/one/report.json::the run is valid PASSED*",
            "runs/one/report.json::PlaceOrderCommand FAILED*",
            "runs/one/report.json::RemovePizzaCommand XFAIL*",
            "runs/one/report.json::GetMenuQuery PASSED*",
        ]
    )
    assert shown.ret == pytest.ExitCode.TESTS_FAILED


def test_a_failure_shows_the_explaining_sentence_and_no_traceback(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    leave(result, latest)
    said = run(pytester, "-k", "PlaceOrderCommand").stdout.str()
    assert result.operations[0].explanation in said
    assert "Traceback" not in said
    assert "pytest_plugin.py" not in said


@pytest.mark.parametrize(
    ("inconclusive", "outcomes"),
    [
        ("inconclusive", {"failed": 3, "xfailed": 3}),
        ("pass", {"failed": 3, "skipped": 3}),
        ("fail", {"failed": 6}),
    ],
)
def test_the_policy_says_what_could_not_tell_is(
    inconclusive: str,
    outcomes: dict[str, int],
    pytester: pytest.Pytester,
    latest: Path,
    result: GateResult,
) -> None:
    leave(replace(result, policy={"inconclusive": inconclusive}), latest)
    run(pytester).assert_outcomes(passed=6, **outcomes)


def test_an_invalid_run_is_an_error_with_its_reason(pytester: pytest.Pytester, latest: Path) -> None:
    leave(samples.empty(), latest)
    shown = run(pytester)
    shown.assert_outcomes(errors=1)
    shown.stdout.fnmatch_lines(["*No operation was executed: is the host right?*"])


@pytest.mark.parametrize(
    ("inconclusive", "outcomes"),
    [
        ("inconclusive", {"errors": 1, "xfailed": 11}),
        ("pass", {"skipped": 12}),
        ("fail", {"failed": 12}),
    ],
)
def test_the_policy_says_what_an_invalid_run_is_and_it_says_nothing_of_operations(
    inconclusive: str,
    outcomes: dict[str, int],
    pytester: pytest.Pytester,
    latest: Path,
    result: GateResult,
) -> None:
    invalid = replace(result, outcome=Outcome.INVALID, policy={"inconclusive": inconclusive})
    leave(invalid, latest)
    run(pytester).assert_outcomes(**outcomes)


def test_a_pass_is_green(pytester: pytest.Pytester, latest: Path) -> None:
    steady = samples.operations()[6:]
    leave(replace(samples.gate(*steady), outcome=Outcome.PASS), latest)
    shown = run(pytester)
    shown.assert_outcomes(passed=1 + len(steady))
    assert shown.ret == pytest.ExitCode.OK


def test_alone_it_leaves_the_projects_tests_out_and_with_paths_it_joins_them(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    leave(samples.gate(*result.operations[6:7]), latest)
    pytester.makepyfile(test_mine="def test_mine(): pass")
    run(pytester).assert_outcomes(passed=2)
    run(pytester, "test_mine.py").assert_outcomes(passed=3)


def test_without_the_option_a_report_is_no_test(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    leave(result, latest)
    pytester.makepyfile(test_mine="def test_mine(): pass")
    pytester.runpytest(*FAST).assert_outcomes(passed=1)


def test_a_run_without_report_is_wrong_usage_in_one_line(pytester: pytest.Pytester) -> None:
    shown = run(pytester)
    assert shown.ret == pytest.ExitCode.USAGE_ERROR
    shown.stderr.fnmatch_lines(
        ["ERROR: --perf-gate runs/latest: no report.json there; run mario-perf gate first"]
    )


def test_a_report_of_another_version_is_an_error_that_says_so(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    document = json.loads(json_report.render(result)) | {"format_version": 2}
    (latest / FORMATS["json"].file).write_text(json.dumps(document))
    shown = run(pytester)
    shown.assert_outcomes(errors=1)
    shown.stdout.fnmatch_lines(["*not a report of format 1 (format_version: *); run again"])


def test_verdicts_are_properties_of_the_junit_report(
    pytester: pytest.Pytester, latest: Path, result: GateResult
) -> None:
    leave(result, latest)
    run(pytester, "--junitxml", "junit.xml")
    assert '<property name="verdict" value="regressed"' in (pytester.path / "junit.xml").read_text()
