"""When a gate knows."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.judgement.duet_results import compare
from mario_perf.judgement.limits import apply_limits
from mario_perf.judgement.sequential import is_decided
from mario_perf.model import OperationResult, Verdict

QUIET = World(apart=0.01, burst=0.0, samples=35, operations=2)
UNCHANGED = compare(gate(QUIET, np.random.default_rng(1)), Policy(), 0.01)
SLOWER = compare(gate(QUIET, np.random.default_rng(1), slower=1.5), Policy(), 0.01)


def opened(result: OperationResult) -> OperationResult:
    return replace(result, verdict=Verdict.INCONCLUSIVE, comparisons=())


def broken_limit(result: OperationResult) -> OperationResult:
    return apply_limits(result, Thresholds(p95=0.000001))


def test_it_is_known_when_no_operation_is_open() -> None:
    assert {each.verdict for each in UNCHANGED} == {Verdict.UNCHANGED}
    assert is_decided(UNCHANGED)
    assert not is_decided([UNCHANGED[0], opened(UNCHANGED[1])])


def test_one_confirmed_regression_is_enough() -> None:
    assert is_decided([SLOWER[0], opened(UNCHANGED[1])])


@pytest.mark.parametrize("other", [UNCHANGED[1], opened(UNCHANGED[1])])
def test_a_broken_limit_alone_stays_open(other: OperationResult) -> None:
    limited = broken_limit(UNCHANGED[0])
    assert limited.verdict is Verdict.REGRESSED
    assert not is_decided([limited, other])
    assert is_decided([limited, SLOWER[0]])
