"""What one run of 60 s against five kept ones sees, with a reference beside each: truth is known."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mario_perf.configuration.policy import Policy
from mario_perf.judgement import stored_results
from mario_perf.judgement.machine_spread import GUESS
from mario_perf.model import Finding, OperationResult, RunMeasurement, Severity, Verdict
from mario_perf.validity.codes import Code
from tests.judgement.days import Days

pytestmark = pytest.mark.simulation

KEPT, GATES, ALPHA = 5, 24, 0.01
DAYS = Days()
ONE = np.eye(1, DAYS.operations)[0]


def outcome(slower: np.ndarray | float, seed: int, days: Days = DAYS, kept: int = KEPT) -> str:
    runs = days.runs(kept, 1, seed, slower)
    results = stored_results.compare(runs[:kept], runs[kept:], Policy(), ALPHA)
    red = {each.operation.name for each in results if each.verdict is Verdict.REGRESSED}
    if Code.BUILD_SHIFT.code in {each.code for each in found(runs, kept)}:
        return "all"
    if red:
        return "one" if red == {"Operation0"} else "other"
    return "open" if any(each.verdict is Verdict.INCONCLUSIVE for each in results) else "pass"


def found(runs: list[RunMeasurement], kept: int = KEPT) -> list[Finding]:
    return list(stored_results.findings(runs[:kept], runs[kept:], Policy(), ALPHA))


def outcomes(slower: np.ndarray | float, days: Days = DAYS) -> Counter[str]:
    return Counter(outcome(slower, seed, days) for seed in range(GATES))


def test_an_unchanged_build_passes_and_is_not_red() -> None:
    seen = outcomes(1.0)
    assert seen["one"] + seen["other"] + seen["all"] <= 1
    assert seen["open"] <= 0.2 * GATES


def test_a_tenth_of_one_operation_is_found_in_half_and_a_fifth_in_nearly_all() -> None:
    tenth, fifth = outcomes(1 + 0.1 * ONE), outcomes(1 + 0.2 * ONE)
    assert tenth["one"] >= 0.5 * GATES
    assert fifth["one"] >= 0.9 * GATES
    assert tenth["other"] + fifth["other"] <= 1


def test_a_build_that_is_a_tenth_slower_in_everything_is_seen() -> None:
    seen = outcomes(1.1)
    assert seen["all"] >= 0.8 * GATES
    assert seen["pass"] <= 1


def test_in_another_environment_the_build_is_not_blamed() -> None:
    runs = DAYS.runs(KEPT, 1, 2, 1.5)
    here, elsewhere = (
        stored_results.findings(runs[:KEPT], runs[KEPT:], Policy(), ALPHA, alike=alike)
        for alike in (True, False)
    )
    assert Code.BUILD_SHIFT.code in {each.code for each in here}
    assert Code.BUILD_SHIFT.code not in {each.code for each in elsewhere}


def test_on_a_noisier_machine_an_unchanged_build_is_not_red_either() -> None:
    noisy = replace(DAYS, day=0.4, kind=0.1, slope=0.3, together=0.03, own=0.03)
    seen = outcomes(1.0, noisy)
    assert seen["one"] + seen["other"] + seen["all"] <= 1


def test_the_report_says_what_the_machine_did_and_how_much_noise_that_left() -> None:
    (finding,) = found(DAYS.runs(KEPT, 1, 3, 1.0))
    assert Code.MACHINE_SHIFT.is_in(finding)
    assert finding.severity is Severity.NOTE
    assert "than when the baseline was kept, by the reference beside each run: taken out" in finding.message
    assert "apart instead of" in finding.message


def test_a_reference_that_explains_nothing_is_not_praised() -> None:
    (finding,) = found(replace(DAYS, day=0.0, kind=0.0, reference=0.1).runs(KEPT, 1, 3, 1.0))
    assert "it explains nothing of the" in finding.message
    assert "apart instead of" not in finding.message


def test_one_kept_run_says_that_it_shows_no_noise() -> None:
    assert outcome(1.0, 1, kept=1) == "open"
    (finding,) = found(DAYS.runs(1, 1, 3, 1.0), kept=1)
    assert "one kept run does not show how far runs lie apart" in finding.message


def test_another_version_or_none_is_said_and_judged_as_without() -> None:
    old, new = Days().runs(KEPT, 1, 4, 1.0), Days(version="reference-2").runs(KEPT, 1, 4, 1.0)
    mixed, without = [*old[:KEPT], new[KEPT]], Days(version=None).runs(KEPT, 1, 4, 1.0)
    (finding,) = found(mixed)
    assert Code.REFERENCE_UNUSED.is_in(finding)
    assert (
        "beside the kept runs was reference-1, beside those of now reference-2; save new" in finding.message
    )
    (missing,) = found([*old[:KEPT], without[KEPT]])
    assert "beside those of now none; it was off, failed, or got too few requests" in missing.message
    assert found(without) == []
    assert [
        each.explanation for each in stored_results.compare(mixed[:KEPT], mixed[KEPT:], Policy(), ALPHA)
    ] == [
        each.explanation for each in stored_results.compare(without[:KEPT], without[KEPT:], Policy(), ALPHA)
    ]


@pytest.mark.parametrize("apart", [0.05, 0.25])
def test_across_machines_an_unchanged_build_is_not_red_and_the_interval_covers(apart: float) -> None:
    """Each operation moves by a factor of its own from one kind of machine to another."""
    gates = [elsewhere(1.0, seed, apart) for seed in range(GATES)]
    covered = [
        check.change.low <= 0 <= check.change.high
        for results, _ in gates
        for each in results
        for check in each.comparisons
        if check.metric == "latency"
    ]
    assert sum(red for _, red in gates) <= 1
    assert np.mean(covered) >= 0.9
    assert all(
        not check.gating
        for results, _ in gates
        for one in results
        for check in one.comparisons
        if check.metric == "p95"
    )


def test_across_machines_a_doubled_operation_is_found_as_far_as_machines_are_known() -> None:
    near, far = (sum(elsewhere(1 + ONE, seed, apart)[1] for seed in range(GATES)) for apart in (0.05, 0.25))
    assert near >= 0.9 * GATES
    assert far < near


def test_across_machines_of_which_nothing_is_known_few_gates_pass() -> None:
    passed = [
        all(each.verdict is not Verdict.INCONCLUSIVE for each in results)
        for results, red in (elsewhere(1.0, seed, GUESS) for seed in range(GATES))
        if not red
    ]
    assert not any(passed)


def elsewhere(
    slower: np.ndarray | float, seed: int, apart: float
) -> tuple[tuple[OperationResult, ...], bool]:
    """A gate on another kind of machine; whether it was red."""
    days = replace(DAYS, elsewhere=0.4, apart=apart)
    runs = days.runs(KEPT, 1, seed, slower)
    kept, now = runs[:KEPT], runs[KEPT:]
    results = stored_results.compare(kept, now, Policy(), ALPHA, apart)
    about = stored_results.findings(kept, now, Policy(), ALPHA, apart=apart)
    red = any(each.verdict is Verdict.REGRESSED for each in results)
    return results, red or any(each.severity is Severity.REGRESSED for each in about)
