"""Costs are judged by rounds; counts of work by the slices of one round, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mario_perf.configuration.policy import Policy
from mario_perf.cost_indicators import PIZZERIA
from mario_perf.judgement.cost_results import SHARE, compare_costs
from mario_perf.judgement.sequential import plan
from mario_perf.model import CostCounters, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import CostResult, RunMeasurement

    Round = tuple[RunMeasurement, RunMeasurement]

POLICY = Policy()
COUNTS = Policy(indicators=PIZZERIA)
SLICES = 5
ALPHA = 0.01 * SHARE
EARLY = dict(plan(ALPHA, 20).early)


def side(random: np.random.Generator, *, spread: float = 0.0, more: float = 0.0, cpu: float = 1.0,
         leak: float = 0.0, noise: float = 0.03) -> Any:  # fmt: skip
    """A process that places orders of some eight statements each, ``spread`` by their contents."""
    orders = random.poisson(60, SLICES)
    statements = [np.rint(random.normal(8 + more, spread, each)).clip(1).sum() for each in orders]
    queries = random.poisson(60, SLICES)
    executions = np.vstack([[0, 0], np.cumsum([orders, queries], axis=1).T])
    work = np.diff(executions.sum(axis=1)) * 0.001 * cpu
    seconds = work * random.normal(1, noise) * random.normal(1, noise, SLICES)
    memory = 6e7 + executions.sum(axis=1) * (150.0 + leak) + random.normal(0, 2e4, SLICES + 1)
    by_operation = np.vstack([[0, 0], np.cumsum([statements, 2 * queries], axis=1).T]).astype(float)
    totals = {
        "process_cpu_seconds_total": 2 + np.append(0, np.cumsum(seconds)),
        "process_resident_memory_bytes": memory,
        "process_open_fds": np.full(SLICES + 1, 12.0),
    }
    counts = {"pizzeria_sql_statements_total": by_operation}
    return SimpleNamespace(measurements={}, costs=CostCounters(("Order", "Ask"), executions, totals, counts))


def rounds(number: int, seed: int = 1, spread: float = 0.0, **candidate: float) -> list[Round]:
    random = np.random.default_rng(seed)
    return [(side(random, spread=spread), side(random, spread=spread, **candidate)) for _ in range(number)]


def risen(results: tuple[CostResult, ...]) -> list[str]:
    return [each.name for each in results if each.verdict is Verdict.REGRESSED]


def test_one_statement_more_is_red_after_one_round_and_says_from_what_to_what() -> None:
    results = compare_costs(rounds(1, more=1.0), POLICY, EARLY[1])
    assert risen(results) == ["SQL statements"]
    assert results[0].explanation == "SQL statements rose from 8.00 to 9.00 a Order."
    assert results[0].operation == "Order"


def test_a_first_statement_is_red_although_nothing_is_its_baseline() -> None:
    random = np.random.default_rng(1)
    none, some = side(random), side(random)
    none.costs.by_operation["pizzeria_sql_statements_total"][:, 1] = 0
    assert risen(compare_costs([(none, some)], POLICY, EARLY[1])) == ["SQL statements"]


def test_statements_that_depend_on_what_is_ordered_wait_for_rounds() -> None:
    assert risen(compare_costs(rounds(1, spread=3.0, more=1.0), POLICY, EARLY[1])) == []
    assert risen(compare_costs(rounds(8, spread=3.0, more=1.0), POLICY, ALPHA)) == ["SQL statements"]


def test_what_both_sides_were_asked_alike_does_not_hide_a_statement() -> None:
    """The same 25 orders on both sides, of seven to nine statements: a duet sends them to both at once."""
    orders, statements = np.full(SLICES, 5), np.array([45, 38, 41, 44, 44])

    def counters(more: int) -> Any:
        executions = np.append(0, np.cumsum(orders))[:, None]
        shown = np.append(0.0, np.cumsum(statements + more * orders))[:, None]
        by_operation = {"pizzeria_sql_statements_total": shown}
        return SimpleNamespace(measurements={}, costs=CostCounters(("Order",), executions, {}, by_operation))

    (more,) = compare_costs([(counters(0), counters(1))] * 2, POLICY, EARLY[2])
    assert (more.verdict, more.explanation) == (
        Verdict.REGRESSED,
        "SQL statements rose from 8.48 to 9.48 a Order.",
    )
    (same,) = compare_costs([(counters(0), counters(0))] * 2, POLICY, EARLY[2])
    assert same.verdict is Verdict.UNCHANGED


def test_time_of_processors_needs_rounds_and_is_then_known() -> None:
    assert risen(compare_costs(rounds(2, cpu=1.5), POLICY, EARLY[2])) == []
    assert risen(compare_costs(rounds(12, cpu=1.15), POLICY, ALPHA)) == ["CPU time"]


def in_ticks(random: np.random.Generator, cpu: float) -> Any:
    """A process with some 20 executions, whose CPU time is shown as Linux does: two numbers, rounded down."""
    executions = np.append(0, np.cumsum(random.poisson(4, SLICES)))
    seconds = np.outer((0.7, 0.3), 1 + cpu * random.normal(1, 0.03) * executions)
    shown = np.floor((seconds + random.uniform(0, 0.01, (2, 1))) / 0.01).sum(axis=0) * 0.01
    totals = {"process_cpu_seconds_total": shown}
    return SimpleNamespace(measurements={}, costs=CostCounters(("Order",), executions[:, None], totals, {}))


def test_ticks_of_the_processor_that_agree_by_chance_are_no_change() -> None:
    for seed in range(100):
        random = np.random.default_rng(seed)
        both = [(in_ticks(random, 0.0002), in_ticks(random, 0.0002)) for _ in range(4)]
        assert {each.verdict for each in compare_costs(both, POLICY, ALPHA)} <= {Verdict.INCONCLUSIVE}


def test_many_ticks_more_are_a_change_even_where_the_baseline_has_none() -> None:
    random = np.random.default_rng(1)
    both = [(in_ticks(random, 0.0), in_ticks(random, 0.01)) for _ in range(6)]
    assert risen(compare_costs(both, POLICY, ALPHA)) == ["CPU time"]


def test_memory_that_grows_with_executions_is_named_as_growth() -> None:
    results = compare_costs(rounds(8, leak=4000.0), POLICY, ALPHA)
    assert risen(results) == ["Growth of memory".lower()]
    assert "a 1,000 executions" in results[0].explanation


def test_a_leak_of_4_kb_in_each_twelfth_execution_is_red() -> None:
    assert risen(compare_costs(rounds(12, leak=4096 / 12), POLICY, ALPHA)) == ["growth of memory"]


def test_an_unchanged_build_is_shown_as_unchanged() -> None:
    results = compare_costs(rounds(12), POLICY, ALPHA)
    assert {each.name for each in results if each.verdict is Verdict.UNCHANGED} >= {
        "SQL statements", "open files", "resident memory", "CPU time",
    }  # fmt: skip


def test_what_is_not_known_says_why_and_what_helps() -> None:
    few = {each.name: each.explanation for each in compare_costs(rounds(2), POLICY, EARLY[2])}
    assert few["CPU time"].endswith(
        "not known: so few rounds do not show how far processes lie apart; play more rounds."
    )
    noisy = {each.name: each.explanation for each in compare_costs(rounds(4, noise=0.4), POLICY, ALPHA)}
    assert noisy["CPU time"].endswith(
        "not known: rounds lie too far apart; play more rounds, or use a quieter machine."
    )


def test_what_one_side_never_shows_is_not_judged() -> None:
    """A process that was started anew within the window, say."""
    pairs = rounds(1)
    costs = pairs[0][1].costs
    assert costs is not None
    costs.totals["process_open_fds"][:] = np.nan
    assert "open files" not in {each.name for each in compare_costs(pairs, POLICY, EARLY[1])}
    assert "open files" in {each.name for each in compare_costs(rounds(1), POLICY, EARLY[1])}


def test_a_service_that_exposes_nothing_is_not_judged() -> None:
    bare: Any = SimpleNamespace(costs=None, measurements={})
    assert compare_costs([(bare, bare)], POLICY, ALPHA) == ()


@pytest.mark.parametrize("spread", [0.0, 2.5])
def test_no_unchanged_build_is_red_by_counts_in_a_thousand_rounds(spread: float) -> None:
    def reds() -> Iterator[str]:
        for seed in range(500):
            both = rounds(2, seed, spread)
            yield from risen(compare_costs(both[:1], COUNTS, EARLY[1]))
            yield from risen(compare_costs(both, COUNTS, EARLY[2]))

    assert list(reds()) == []
