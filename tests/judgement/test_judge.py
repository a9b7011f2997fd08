import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mario_perf import runs
from mario_perf.baselines import stored_baselines
from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.configuration.policy_file import parse
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import EmptyRunError, UserError
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.measured_run import measure_run
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import GateResult, Outcome, ReferenceLevels, Severity, Verdict
from mario_perf.run_record import Side, StepCounts
from mario_perf.runs import Run
from mario_perf.sources import report_queries
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from mario_perf.validity.codes import Code
from tests.simulated_runs import BOUNDS_MS, MakeRun, Plan, Service, environment, keep_scrapes

SLOWER = Plan({"PlaceOrderCommand": 0.016, "GetMenuQuery": 0.002}, seed=3)
# Small runs: 600 executions an operation.
EASY = Policy(thresholds=Thresholds(latency_resolution=0.5, tail_resolution=1.0, error_resolution=0.05))


def _source(run: Run) -> Source:
    return Source(ScrapeSource(run.directory, CQRS))


def _judged(
    *directories: Path, policy: Policy = EASY, baseline: stored_baselines.Baseline | None = None
) -> GateResult:
    found = measure_recorded(directories, _source)
    return conclude(found.runs, baseline, policy, incidents=found.incidents)


def _verdicts(result: GateResult) -> dict[str, Verdict]:
    return {each.operation.name: each.verdict for each in result.operations}


@pytest.fixture
def stored(make_run: MakeRun, tmp_path: Path) -> stored_baselines.Baseline:
    for seed in (11, 12, 13):
        run = runs.load(make_run(f"base-{seed}", Plan(seed=seed)))
        built = replace(measure_run(run, _source(run)).candidate, revision="abc")
        kept = stored_baselines.save(built, tmp_path / "baselines")
    return kept


def test_a_duet_of_the_same_plan_passes(make_run: MakeRun) -> None:
    result = _judged(make_run("duet", Plan(seed=1), Plan(seed=2)))
    assert (result.outcome, result.method) == (Outcome.PASS, "duet")
    assert result.sentence == "No regression in 2 operations."
    assert [row.agrees for row in result.reconciliation] == [True] * 4
    assert result.seconds == 40.0


def test_a_duet_names_what_got_slower_and_nothing_else(make_run: MakeRun) -> None:
    result = _judged(make_run("duet", SLOWER, Plan(seed=2)))
    assert result.outcome is Outcome.REGRESSED
    assert _verdicts(result)["PlaceOrderCommand"] is Verdict.REGRESSED
    assert _verdicts(result)["GetMenuQuery"] is not Verdict.REGRESSED
    assert result.sentence.startswith("PlaceOrderCommand regressed. ")


def test_what_is_said_of_several_rounds_alike_is_said_once_and_names_them(make_run: MakeRun) -> None:
    folders = [make_run(f"round-{n}", Plan(seed=n), Plan(seed=10 + n)) for n in (1, 2, 3)]
    for folder, warning in zip(folders, ("slow disk", "slow disk", "another"), strict=True):
        record = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(record | {"warnings": [warning]}))
    said = [each.message for each in _judged(*folders).findings if each.code == "load-warning"]
    assert said == ["round-1, round-2: slow disk", "round-3: another"]


def lose_scrapes(directory: Path, side: Side) -> None:
    """Of a quarter of the window and more nothing is left."""
    path = directory / f"scrapes-{side}.jsonl.gz"
    kept = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    keep_scrapes(
        directory, side, [(each["time"], each["body"]) for each in kept if not 20 < each["time"] < 36]
    )


@pytest.mark.parametrize(
    ("sides", "outcome"),
    [(("baseline", "candidate"), Outcome.PASS), (("candidate",), Outcome.INVALID)],
)
def test_a_gap_between_scrapes_spoils_a_duet_only_where_the_sides_differ(
    make_run: MakeRun, sides: tuple[Side, ...], outcome: Outcome
) -> None:
    run = make_run("duet", Plan(seed=1), Plan(seed=2))
    for side in sides:
        lose_scrapes(run, side)
    result = _judged(run)
    assert result.outcome is outcome
    assert "scrape-gap" in {finding.code for finding in result.findings}


def test_rounds_of_a_duet_are_judged_together(make_run: MakeRun) -> None:
    rounds = [make_run(f"round-{seed}", Plan(seed=seed), Plan(seed=seed + 100)) for seed in (1, 2, 3)]
    result = _judged(*rounds)
    assert result.outcome is Outcome.PASS
    assert [record.run_id for record in result.runs] == ["round-1", "round-2", "round-3"]
    assert result.operations[0].candidate is not None
    assert result.operations[0].candidate.executions == 1800


def test_a_stored_baseline_names_what_got_slower(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    now = [make_run(f"now-{seed}", Plan(SLOWER.durations, seed=seed)) for seed in (1, 2, 3)]
    result = _judged(*now, baseline=stored)
    assert (result.outcome, result.method) == (Outcome.REGRESSED, "stored")
    assert _verdicts(result)["PlaceOrderCommand"] is Verdict.REGRESSED
    assert result.baseline_runs == ("base-11", "base-12", "base-13")
    assert result.baseline_revisions == ("abc",)


def test_another_environment_concludes_nothing_and_says_why(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    result = _judged(make_run("now", SLOWER, environment=environment(cores=8)), baseline=stored)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert set(_verdicts(result).values()) == {Verdict.INCONCLUSIVE}
    assert result.environment_changes == {"cores": ("2", "8")}
    assert "measured elsewhere or otherwise (cores: 2, now 8)" in result.reasons[0]


def test_another_kind_of_machine_decides_if_the_policy_allows_it_and_a_reference_ran_beside(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    allowed = replace(EASY, across_machines=True)
    beside = ReferenceLevels("reference-1", {"Interpret": 0.001, "Wait": 0.002})
    kept = replace(stored, runs=tuple(replace(run, reference=beside) for run in stored.runs))
    much_slower = Plan({"PlaceOrderCommand": 0.2, "GetMenuQuery": 0.002}, seed=3)

    def judged(policy: Policy, reference: ReferenceLevels | None, **machine: Any) -> GateResult:
        run = runs.load(make_run("now", much_slower, environment=environment(cores=8, **machine)))
        measured = measure_run(run, _source(run))
        sides = tuple(replace(side, reference=reference) for side in measured.sides)
        return conclude([replace(measured, sides=sides)], kept, policy)

    assert judged(EASY, beside).outcome is Outcome.INCONCLUSIVE
    assert judged(allowed, None).outcome is Outcome.INCONCLUSIVE
    assert judged(allowed, beside, load_average=(14.2, 9, 5)).outcome is Outcome.INCONCLUSIVE
    result = judged(allowed, beside)
    assert _verdicts(result)["PlaceOrderCommand"] is Verdict.REGRESSED
    (note,) = (each for each in result.findings if Code.ACROSS_MACHINES.is_in(each))
    assert "another kind of machine (cores: 2, now 8), which the policy allows" in note.message
    assert "a cautious guess, as the ledger has no build on two kinds of machines" in note.message


def test_a_machine_that_was_busy_concludes_nothing_and_says_why(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    busy = environment(load_average=(14.2, 9.0, 5.0))
    result = _judged(make_run("now", SLOWER, environment=busy), baseline=stored)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.environment_changes == {"load average": ("0.1 on 2 cores", "14.2 on 2 cores")}
    calm = _judged(
        make_run("later", SLOWER, environment=environment(load_average=(1.9, 1, 1))), baseline=stored
    )
    assert calm.environment_changes == {}


def test_another_load_concludes_nothing_and_says_why(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    result = _judged(make_run("now", SLOWER, users=77), baseline=stored)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.environment_changes["users"][1] == "77"
    assert set(result.environment_changes) == {"users"}


def test_other_tags_are_another_load(make_run: MakeRun, stored: stored_baselines.Baseline) -> None:
    result = _judged(make_run("now", SLOWER, exclude_tags=("slow",)), baseline=stored)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.environment_changes == {"exclude_tags": ("none", "slow")}


def test_changed_packages_are_told(make_run: MakeRun, stored: stored_baselines.Baseline) -> None:
    newer = environment(packages={"locust": "3.0"})
    result = _judged(make_run("now", Plan(), environment=newer), baseline=stored)
    assert "locust 2.47.0 to 3.0" in next(f.message for f in result.findings if f.code == "packages-changed")


def test_without_baseline_only_limits_speak(make_run: MakeRun) -> None:
    now = make_run("now", Plan())
    limited = _judged(now, policy=parse('[operations.PlaceOrderCommand]\np95 = "1ms"\n'))
    assert _verdicts(limited) == {
        "PlaceOrderCommand": Verdict.REGRESSED,
        "GetMenuQuery": Verdict.RECORDED,
    }
    assert _judged(now, policy=parse('[limits]\np95 = "1s"\nerror_ratio = 0.01\n')).outcome is Outcome.PASS


def test_no_baseline_and_no_limit_is_no_pass(make_run: MakeRun) -> None:
    result = _judged(make_run("now", Plan()))
    assert result.outcome is Outcome.RECORDED
    assert set(_verdicts(result).values()) == {Verdict.RECORDED}
    assert "--baseline" in result.next_steps[0]


def test_an_ignored_operation_is_not_judged(make_run: MakeRun) -> None:
    policy = Policy(EASY.false_alarm_rate, operations={"PlaceOrderCommand": Thresholds(ignore=True)})
    assert "PlaceOrderCommand" not in _verdicts(_judged(make_run("duet", SLOWER, Plan()), policy=policy))


def test_a_limit_of_an_operation_that_never_ran_makes_the_run_invalid(make_run: MakeRun) -> None:
    result = _judged(make_run("now", Plan()), policy=parse('[operations.PlaceOrder]\np95 = "1s"\n'))
    assert result.outcome is Outcome.INVALID
    assert "[operations.PlaceOrder]" in result.sentence
    assert "nearest: PlaceOrderCommand" in result.sentence


def test_too_few_samples_are_told(make_run: MakeRun) -> None:
    result = _judged(make_run("duet", Plan(per_second=1), Plan(per_second=1, seed=2)))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "GetMenuQuery (40 of 100)" in next(f.message for f in result.findings if f.code == "few-samples")


def test_runs_of_both_kinds_cannot_be_judged_together(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    alone, duet = make_run("alone", Plan()), make_run("duet", Plan(), Plan())
    with pytest.raises(UserError, match="give runs of one kind"):
        _judged(alone, duet)
    with pytest.raises(UserError, match="leave out --baseline"):
        _judged(duet, baseline=stored)


def test_another_scenario_is_refused(make_run: MakeRun, stored: stored_baselines.Baseline) -> None:
    with pytest.raises(UserError, match=r"different scenarios.*luigi, mario"):
        _judged(make_run("now", Plan(), scenario="luigi"), baseline=stored)


def test_a_run_that_sent_nothing_cannot_be_judged(make_run: MakeRun) -> None:
    run = runs.load(make_run("now", Plan()))
    silent = run.record.targets[0].model_copy(update={"in_window": (StepCounts(step="menu"),)})
    empty = Run(run.directory, run.record.model_copy(update={"targets": (silent,)}))
    with pytest.raises(EmptyRunError, match="no step began"):
        measure_run(empty, _source(empty))


def test_of_a_candidate_that_refuses_the_cause_is_told_before_what_follows_from_it(make_run: MakeRun) -> None:
    sent = runs.load(make_run("duet", Plan(), Plan(seed=2)))
    order = StepCounts(step="place order", started=600, reached=400, failed=200)
    cook = StepCounts(step="cook order", started=100, reached=100)
    before, now = (
        target.model_copy(update={"in_window": (*target.in_window, *steps)})
        for target, steps in zip(
            sent.record.targets,
            (
                (
                    order.model_copy(update={"reached": 600, "failed": 0}),
                    cook.model_copy(update={"started": 600}),
                ),
                (order, cook),
            ),
            strict=True,
        )
    )
    refused = Run(sent.directory, sent.record.model_copy(update={"targets": (before, now)}))
    result = conclude([measure_run(refused, _source(refused))], None, EASY)
    told = [finding.code for finding in result.findings if finding.severity is Severity.INVALID]
    assert told == ["unserved-requests", "unequal-work"]
    assert result.sentence.startswith("The run cannot be judged: place order: 200 of 600 requests failed")


def test_promql_shows_every_operation_of_whatever_instance_where_no_prometheus_was_asked(
    make_run: MakeRun,
) -> None:
    result = _judged(make_run("now", Plan()))
    menu = next(each.operation for each in result.operations if each.operation.name == "GetMenuQuery")
    assert result.queries["GetMenuQuery"] == report_queries.queries(menu, CQRS)
    assert result.promql["GetMenuQuery"] == report_queries.queries(menu, CQRS)["p95"]


def test_durations_that_round_to_nothing_are_unknown_changes_and_no_error(make_run: MakeRun) -> None:
    """OpenTelemetry's default bounds begin with 0, and it may round to whole milliseconds."""
    directory = make_run("now", Plan(), Plan())
    sides: tuple[Side, ...] = ("baseline", "candidate")
    for side in sides:
        service, bodies = Service(bounds=(0.0, 5.0, 10.0)), []
        for second in range(61):
            for name in ("PlaceOrderCommand", "GetMenuQuery") * 15 if 10 <= second < 50 else ():
                service.execute(name, 0.0)
            bodies.append((second + 0.5 if 10 <= second < 50 else float(second), service.body()))
        keep_scrapes(directory, side, bodies)
    result = _judged(directory)
    assert set(_verdicts(result).values()) == {Verdict.INCONCLUSIVE}
    assert [each.candidate.p95.high for each in result.operations if each.candidate] == [0.0, 0.0]


def test_a_service_that_executed_nothing_is_no_pass(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    directory = make_run("now", Plan())
    service = Service()
    service.execute("PlaceOrderCommand", 0.01)
    keep_scrapes(directory, "candidate", [(float(time), service.body()) for time in range(61)])
    result = _judged(directory, baseline=stored)
    assert (result.outcome, result.operations) == (Outcome.INVALID, ())
    assert "client 600, server 0" in result.sentence


def test_too_few_scrapes_for_a_difference_are_no_pass(
    make_run: MakeRun, stored: stored_baselines.Baseline
) -> None:
    directory = make_run("now", Plan())
    service = Service()
    service.execute("PlaceOrderCommand", 0.01)
    keep_scrapes(directory, "candidate", [(30.0, service.body())])
    result = _judged(directory, baseline=stored)
    assert (result.outcome, result.operations) == (Outcome.INVALID, ())
    assert "edge-not-covered" in {finding.code for finding in result.findings}


def test_bounds_that_differ_are_told_with_how_many_are_shared(make_run: MakeRun) -> None:
    directory = make_run("duet", Plan(), Plan(seed=2))
    assert "bounds-differ" not in {finding.code for finding in _judged(directory).findings}
    service, bodies = Service(bounds=BOUNDS_MS[::2]), []
    for second in range(61):
        for name, seconds in Plan().durations.items() if 10 <= second < 50 else ():
            for _ in range(15):
                service.execute(name, seconds)
        bodies.append((second + 0.5 if 10 <= second < 50 else float(second), service.body()))
    keep_scrapes(directory, "candidate", bodies)
    told = next(each for each in _judged(directory).findings if each.code == "bounds-differ")
    assert told.severity is Severity.NOTE
    assert "different bounds (51 and 26): compared on the 26 that all share" in told.message
