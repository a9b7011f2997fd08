"""What a reader must know of a comparison."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy import Policy
from mario_perf.configuration.policy_file import parse
from mario_perf.model import CostCounters, RunMeasurement, Severity
from mario_perf.run_record import Generator, Packages, RunRecord, Side, StepCounts, TargetRecord
from mario_perf.validity.comparison_checks import (
    late_generator,
    missing_indicators,
    package_differences,
    same_processes,
    unequal_work,
    unserved_requests,
)
from tests.simulated_runs import environment, record


@dataclass(frozen=True)
class Sent:
    """Requests of one side by step. Of the first: failed by its operation, asked of none, never answered,
    refused for a reason of the trade."""

    placed: int
    cooked: int
    failed: int = 0
    refused: int = 0
    lost: int = 0
    business: int = 0

    def target(self, side: Side) -> TargetRecord:
        unseen = self.refused + self.lost
        steps = (
            StepCounts(
                step="place order",
                started=self.placed,
                reached=self.placed - unseen,
                failed=self.failed + unseen,
                abandoned=self.lost,
                business=self.business,
            ),
            StepCounts(step="cook order", started=self.cooked, reached=self.cooked),
        )
        return TargetRecord(
            side=side,
            url="http://127.0.0.1",
            metrics_url="http://127.0.0.1/metrics",
            whole_run=steps,
            in_window=steps,
        )


def told(baseline: Sent, candidate: Sent) -> list[Severity]:
    targets = (baseline.target("baseline"), candidate.target("candidate"))
    return [finding.severity for finding in unequal_work(targets)]


def test_sides_that_were_sent_the_same_need_no_words() -> None:
    assert told(Sent(200, 200), Sent(200, 198)) == []


def test_a_side_that_was_sent_less_without_a_reason_cannot_be_compared() -> None:
    assert told(Sent(200, 200), Sent(200, 150)) == [Severity.INVALID]


def test_what_is_refused_for_a_reason_of_the_trade_has_no_next_step_either() -> None:
    assert told(Sent(200, 200), Sent(200, 150, business=50)) == [Severity.WARNING]


@pytest.mark.parametrize("failed", [40, 200])
def test_what_fails_has_no_next_step_and_stays_to_be_judged(failed: int) -> None:
    """A candidate that fails often must end red, and not as a run that cannot be judged."""
    assert told(Sent(200, 200), Sent(200, 200 - failed, failed)) == [Severity.WARNING]


def test_failures_explain_no_more_than_as_many_steps() -> None:
    assert told(Sent(200, 200), Sent(200, 100, 40)) == [Severity.INVALID]


def refused(baseline: Sent, candidate: Sent, rounds: int = 1) -> list[Severity]:
    targets = (baseline.target("baseline"), candidate.target("candidate"))
    return [finding.severity for finding in unserved_requests([targets] * rounds)]


def test_a_candidate_that_refuses_before_any_operation_has_not_passed() -> None:
    """Its operations look as before: only the client knows."""
    assert refused(Sent(200, 200), Sent(200, 140, refused=60)) == [Severity.INVALID]


def test_so_has_one_that_leaves_one_in_a_hundred_unanswered_if_that_is_no_chance() -> None:
    assert refused(Sent(200, 200), Sent(200, 198, lost=2)) == []
    assert refused(Sent(200, 200), Sent(200, 198, lost=2), rounds=10) == [Severity.INVALID]


def test_a_candidate_that_refuses_less_than_before_may_pass() -> None:
    assert refused(Sent(200, 140, refused=60), Sent(200, 200)) == [Severity.WARNING]


def test_what_both_sides_refuse_says_nothing_of_the_build() -> None:
    assert refused(Sent(200, 140, refused=60), Sent(200, 142, refused=58)) == []


def test_failures_of_operations_are_judged_as_such() -> None:
    assert refused(Sent(200, 200), Sent(200, 140, failed=60)) == []


def rounds_of(*starts: tuple[float | None, float | None]) -> list[tuple[RunMeasurement, RunMeasurement]]:
    """Duets whose processes started at these moments."""
    simulated = gate(World(rounds=len(starts), operations=1), np.random.default_rng(1))
    return [
        (replace(baseline, process_start=first), replace(candidate, process_start=second))
        for (baseline, candidate), (first, second) in zip(simulated, starts, strict=True)
    ]


def test_rounds_that_the_same_processes_played_are_told() -> None:
    (finding,) = same_processes(rounds_of((1.0, 2.0), (1.0, 2.0), (1.0, 2.0)))
    assert (finding.code, finding.severity) == ("same-processes", Severity.WARNING)


def test_one_side_that_stays_the_same_process_is_enough() -> None:
    assert len(list(same_processes(rounds_of((1.0, 2.0), (1.0, 4.0), (1.0, 6.0))))) == 1


@pytest.mark.parametrize("fresh", [True, False, None])
def test_processes_that_do_not_tell_their_start_are_known_by_what_started_them(fresh: bool | None) -> None:  # noqa: FBT001
    silent = rounds_of((None, None), (None, None))
    rounds = [
        (replace(baseline, fresh=fresh), replace(candidate, fresh=fresh)) for baseline, candidate in silent
    ]
    assert len(list(same_processes(rounds))) == (fresh is False)


@pytest.mark.parametrize(
    "starts",
    [((1.0, 2.0), (3.0, 4.0)), ((1.0, 2.0),), ((None, None), (None, None))],
)
def test_fresh_or_unknown_processes_are_not(starts: tuple[tuple[float | None, float | None], ...]) -> None:
    assert list(same_processes(rounds_of(*starts))) == []


def duet_round(lag: float, load_average: float = 0.5, cpu: float = 0.27, sides: int = 2) -> RunRecord:
    targets = [Sent(9, 9).target(side) for side in ("baseline", "candidate")]
    return record(
        *targets[:sides],
        generator=Generator(cpu_utilisation=cpu, loop_lag_p99=lag, loop_lag_max=lag),
        environment=environment(load_average=(load_average, 1.0, 1.0)),
    )


def test_a_late_generator_is_told_once_with_its_cause() -> None:
    rounds = [duet_round(0.01), duet_round(0.069, 11.2), duet_round(0.06, 3.0)]
    (finding,) = late_generator(rounds)
    assert (finding.code, finding.severity) == ("generator-busy", Severity.WARNING)
    assert finding.message.startswith(
        "the load generator was late in 2 of 3 rounds, by up to 69 ms at p99: load average 11 on 2 cores;"
    )


def test_on_a_quiet_machine_the_cause_is_its_own_core() -> None:
    (finding,) = late_generator([duet_round(0.001, cpu=0.97)])
    assert "it needed 97 % of its core" in finding.message
    assert "late in 1 of 1 round, by" in finding.message


def test_a_generator_that_keeps_up_and_one_that_loads_one_service_are_no_matter_of_rounds() -> None:
    assert list(late_generator([duet_round(0.01), duet_round(0.069, sides=1)])) == []


def with_packages(side: Side, **versions: str) -> TargetRecord:
    packages = Packages(read="importlib.metadata", versions=versions)
    return Sent(1, 1).target(side).model_copy(update={"packages": packages})


def test_packages_of_other_versions_are_told() -> None:
    before, now = (
        with_packages("baseline", typeguard="2.6.1", old="1"),
        with_packages("candidate", typeguard="2.7.0"),
    )
    (finding,) = package_differences([before, now])
    assert finding.severity is Severity.NOTE
    assert finding.message.endswith("old 1 → none, typeguard 2.6.1 → 2.7.0")


def test_of_packages_that_are_the_same_or_not_known_nothing_is_told() -> None:
    known = with_packages("baseline", typeguard="2.6.1")
    assert list(package_differences([known, with_packages("candidate", typeguard="2.6.1")])) == []
    assert list(package_differences([known, Sent(1, 1).target("candidate")])) == []


NONE = np.zeros((1, 0), np.int64)
INDICATORS = parse(
    '[[indicators]]\nname = "statements"\nmetric = "statement_total"\nper = "operation"\n'
    '[[indicators]]\nname = "misses"\nmetric = "misses_total"\n'
)


def said_of(costs: CostCounters | None, policy: Policy = INDICATORS) -> list[str]:
    """What is said of a gate where the second process shows these costs, and the first everything."""
    ((baseline, candidate),) = gate(World(rounds=1, operations=1), np.random.default_rng(1))
    everything = CostCounters((), NONE, {}, {"statement_total": np.zeros((1, 1))})
    sides = [replace(baseline, costs=everything), replace(candidate, costs=costs)]
    found = list(missing_indicators(sides, policy))
    assert {each.code for each in found} <= {"indicator-missing"}
    return [each.message for each in found]


def test_a_metric_that_is_named_and_not_shown_is_told_with_the_closest() -> None:
    near = {"statement_total": "statements_total, db_statements_total"}
    (message,) = said_of(CostCounters((), NONE, {}, {}, near))
    assert message == (
        "perf.toml names the metric statement_total, and the candidate shows none of that name. "
        "Closest: statements_total, db_statements_total"
    )


def test_an_indicator_by_operation_without_such_labels_says_what_to_do() -> None:
    (message,) = said_of(CostCounters((), NONE, {"statement_total": np.zeros(1)}, {}))
    assert "none of its labels names an operation of the candidate" in message
    assert 'set per = "execution"' in message


def test_where_no_metrics_are_read_each_indicator_says_so() -> None:
    assert len(said_of(None)) == 2
    assert "no metrics of the service are read" in said_of(None)[0]


def test_what_no_policy_names_may_be_missing() -> None:
    assert said_of(None, Policy()) == []
