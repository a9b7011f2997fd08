"""The registry of validity codes, walked."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy_file import parse
from mario_perf.judgement.round_selection import SIDE_CODES
from mario_perf.model import RunMeasurement, Severity
from mario_perf.validity import incidents, run_checks
from mario_perf.validity.codes import Blame, Code
from mario_perf.validity.comparison_checks import common_shift, one_round, unmatched_operations
from tests.package_source import PACKAGE, modules, nodes
from tests.simulated_runs import record, target

ROOT = Path(__file__).parents[2]
REGISTRY = PACKAGE / "validity" / "codes.py"


def raised(function: ast.FunctionDef) -> set[str]:
    """Codes whose finding a function builds: ``Code.NAME.finding(...)``."""
    return {
        node.func.value.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "finding"
        and isinstance(node.func.value, ast.Attribute)
    }


def sources() -> list[Path]:
    return [path for path in modules() if path != REGISTRY]


@pytest.fixture(scope="module")
def checks() -> dict[str, list[str]]:
    """Names of the functions that raise each code."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sources():
        for function in (node for node in nodes(path) if isinstance(node, ast.FunctionDef)):
            for name in raised(function):
                found[name].append(f"{path.stem}.{function.name}")
    return found


@pytest.fixture(scope="module")
def tests() -> str:
    """All tests but this walk and the reports' samples, which take findings for granted."""
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "reports" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in files if path != Path(__file__)]
    own = Path(__file__).read_text(encoding="utf-8")
    return "\n".join((*texts, own[own.index("# What has no test elsewhere") :]))


@pytest.mark.parametrize("code", Code, ids=lambda code: code.code)
def test_each_code_is_raised_by_exactly_one_check(code: Code, checks: dict[str, list[str]]) -> None:
    assert len(checks[code.name]) == 1, checks[code.name]


@pytest.mark.parametrize("code", Code, ids=lambda code: code.code)
def test_each_code_says_what_failed_and_what_holds(code: Code) -> None:
    assert code.fails
    assert code.holds
    assert code.holds[-1] not in ".;"


@pytest.mark.parametrize("code", Code, ids=lambda code: code.code)
def test_each_code_has_a_test(code: Code, tests: str) -> None:
    assert f'"{code.code}"' in tests or f"Code.{code.name}" in tests


def test_no_finding_is_built_but_by_the_registry() -> None:
    built = [
        str(path.relative_to(ROOT))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
    ]
    assert built == []


def test_names_and_sentences_are_each_used_once() -> None:
    for column in ("code", "holds"):
        assert len({getattr(each, column) for each in Code}) == len(Code)


def test_what_a_side_did_is_what_blames_it() -> None:
    grave = {each.code for each in Code if each.severity is Severity.INVALID and each.code in SIDE_CODES}
    assert grave == {
        "restart",
        "counter-reset",
        "several-processes",
        "metrics-defect",
        "names-differ",
        "abandoned-requests",
        "unequal-work",
        "unserved-requests",
        "side-died",
    }
    assert {each.blame for each in Code} == set(Blame)


# What has no test elsewhere


def test_what_the_load_warns_of_is_a_warning() -> None:
    (finding,) = run_checks.check_load(record(target({}, {}), warnings=("it {rained}",)))
    assert (finding.code, finding.severity) == ("load-warning", Severity.WARNING)
    assert finding.message == "it {rained}"


def test_a_limit_of_what_did_not_run_is_graver_than_a_name() -> None:
    limited = parse('[operations.PlaceOrder]\np95 = "1s"\n[operations.GetMenu]\nmin_samples = 7\n')
    found = list(unmatched_operations(limited, ["GetMenuQuery"]))
    assert [each.severity for each in found] == [Severity.WARNING, Severity.INVALID]
    assert all(Code.OPERATION_NOT_EXECUTED.is_in(each) for each in found)


def test_one_round_is_told_and_two_are_not() -> None:
    assert [each.code for each in one_round(1)] == ["one-round"]
    assert list(one_round(2)) == []


def a_bucket_slower(run: RunMeasurement) -> RunMeasurement:
    """Each execution in the next bucket."""
    ratio = run.bounds[1] / run.bounds[0]
    slower = {
        name: replace(each, slices=np.roll(each.slices, 1, axis=1), slice_sums=each.slice_sums * ratio)
        for name, each in run.measurements.items()
    }
    return replace(run, measurements=slower)


def test_what_all_operations_moved_by_is_told() -> None:
    rounds = gate(World(rounds=3, operations=6), np.random.default_rng(1))
    kept, now = ([pair[side] for pair in rounds] for side in (0, 1))
    assert list(common_shift(kept, now)) == []
    (finding,) = common_shift(kept, [a_bucket_slower(run) for run in now])
    assert (finding.code, finding.severity) == ("common-shift", Severity.WARNING)


def test_a_run_that_failed_is_read_as_it_was_kept(tmp_path: Path) -> None:
    finding = incidents.run_failed("setup ended with exit code 1")
    incidents.keep(tmp_path, finding)
    assert incidents.read(tmp_path) == finding
    assert finding.code == "run-failed"
