import numpy as np
import pytest

from mario_perf.measurement.measure import measure
from mario_perf.model import Operation, RunMeasurement, Severity, Snapshots
from mario_perf.run_record import Arrivals, Generator, LostWorker, PlanCounts, Rates, RunRecord, Span, Worker
from mario_perf.validity import run_checks
from tests.simulated_runs import environment, record, target

PLACE = Operation("command", "PlaceOrderCommand")
MENU = Operation("query", "GetMenuQuery")


def _snapshots(times: list[float], place: list[int], menu: list[int] | None = None) -> Snapshots:
    """Cumulative executions of two operations; all take 5 to 10 ms, and none fails."""
    executions = np.array([place, menu or [0] * len(times)]).T
    buckets = np.zeros((len(times), 2, 3), dtype=np.int64)
    buckets[:, :, 1] = executions
    return Snapshots(
        times=np.array(times),
        operations=(PLACE, MENU),
        bounds=np.array([0.005, 0.01]),
        buckets=buckets,
        sums=executions * 0.008,
        executions=executions,
        error_types=(),
        failures=np.zeros((len(times), 2, 0), dtype=np.int64),
        starts=np.full(len(times), 7.0),
    )


def _measured(snapshots: Snapshots, run: RunRecord) -> RunMeasurement:
    return measure(snapshots, run, run.targets[0])


def _codes(found: RunMeasurement) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in found.findings}


QUIET = _snapshots([0, 9, 20, 40, 51, 60], [3, 10, 30, 70, 90, 93])
"""90 - 10 executions in the window from 10 to 50, 90 in the whole run."""


def test_the_window_is_what_was_counted_between_the_scrapes_around_it() -> None:
    found = _measured(QUIET, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    place = found.measurements["PlaceOrderCommand"]
    assert (place.executions, place.duration) == (80, 42.0)
    assert place.slices.tolist() == [[0, 20, 0], [0, 40, 0], [0, 20, 0]]
    assert place.histogram.tolist() == [0, 80, 0]
    assert place.time_spent == pytest.approx(0.64)
    assert found.slice_edges.tolist() == [9, 20, 40, 51]
    assert found.findings == ()


def test_operations_that_were_not_executed_are_left_out() -> None:
    found = _measured(QUIET, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    assert list(found.measurements) == ["PlaceOrderCommand"]


def test_client_and_server_are_held_against_each_other() -> None:
    found = _measured(QUIET, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    (row,) = found.reconciliation
    assert (row.client_whole, row.server_whole, row.client_window, row.server_window) == (90, 90, 80, 80)
    assert row.agrees


def test_more_on_the_server_than_was_sent_makes_the_run_invalid() -> None:
    found = _measured(QUIET, record(target({"PlaceOrderCommand": 89}, {"PlaceOrderCommand": 80})))
    assert _codes(found) == {"counts-disagree": Severity.INVALID}
    assert "PlaceOrderCommand (client 89, server 90)" in found.findings[0].message


def test_requests_that_were_given_up_on_may_have_been_executed() -> None:
    window = target({"PlaceOrderCommand": 80}).in_window
    sent = target({"PlaceOrderCommand": 89}, started=400, abandoned=1).model_copy(
        update={"in_window": window}
    )
    found = _measured(QUIET, record(sent))
    assert found.reconciliation[0].agrees
    assert _codes(found) == {"abandoned-requests": Severity.WARNING}


def test_what_another_client_did_is_seen() -> None:
    other = _snapshots([0, 9, 30, 51, 60], [0, 10, 50, 90, 90], [0, 0, 2, 5, 5])
    found = _measured(other, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    assert "GetMenuQuery (client 0, server 5)" in found.findings[0].message


@pytest.mark.parametrize(("refused", "agrees"), [(5, True), (4, False)])
def test_who_answered_with_a_server_error_cannot_be_told(refused: int, *, agrees: bool) -> None:
    """A layer before the operations may have refused: a candidate that does so is judged, and not invalid."""
    statuses = {"201": 95 - refused, "503": refused}
    errors = {"HTTP 503": refused}
    sent = target({"PlaceOrderCommand": 95}, {"PlaceOrderCommand": 85}, statuses=statuses, errors=errors)
    found = _measured(QUIET, record(sent))
    assert found.reconciliation[0].agrees is agrees
    assert ("counts-disagree" in _codes(found)) is not agrees


def test_answers_of_the_http_layer_never_reached_an_operation() -> None:
    sent = target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80}, statuses={"201": 90, "422": 4})
    assert _measured(QUIET, record(sent)).reconciliation[0].unreached == 4


@pytest.mark.parametrize(
    ("reached", "agrees"), [(90, True), (88, True), (86, True), (85, False), (91, False)]
)
def test_a_service_may_measure_what_its_http_layer_answered(*, reached: int, agrees: bool) -> None:
    """It counted 90; 4 answers came from the HTTP layer, which metrics of routes hold and others do not."""
    sent = target(
        {"PlaceOrderCommand": reached}, {"PlaceOrderCommand": 80}, statuses={"201": reached, "422": 4}
    )
    (row,) = _measured(QUIET, record(sent)).reconciliation
    assert row.agrees is agrees


def test_steps_without_operations_cannot_be_reconciled_and_it_is_said() -> None:
    found = _measured(QUIET, record(target({"PlaceOrderCommand": 90}, operation=None)))
    assert found.reconciliation == ()
    assert _codes(found)["not-reconciled"] is Severity.NOTE


def test_scrapes_that_do_not_fit_the_edges_measure_what_lies_inside() -> None:
    sparse = _snapshots([0, 15, 30, 45, 60], [0, 20, 40, 70, 90])
    found = _measured(sparse, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 75})))
    assert found.measurements["PlaceOrderCommand"].executions == 50
    assert _codes(found) == {"edge-not-covered": Severity.WARNING}


def test_scrapes_that_saw_little_of_the_window_make_the_run_invalid() -> None:
    sparse = _snapshots([0, 30, 60], [0, 40, 90])
    found = _measured(sparse, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 75})))
    assert _codes(found)["edge-not-covered"] is Severity.INVALID
    assert found.measurements == {}


def test_scrapes_must_cover_the_whole_run() -> None:
    late = _snapshots([5, 10, 30, 50, 60], [0, 10, 50, 90, 90])
    found = _measured(late, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    assert _codes(found) == {"edge-not-covered": Severity.INVALID}


def test_a_restart_makes_the_run_invalid() -> None:
    restarted = _snapshots([0, 10, 30, 50, 60], [0, 10, 40, 90, 90])
    restarted.starts[3:] = 9.0
    found = _measured(restarted, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    assert _codes(found) == {"restart": Severity.INVALID}


def test_a_counter_reset_is_counted_on_and_makes_the_run_invalid() -> None:
    reset = _snapshots([0, 10, 30, 50, 60], [0, 10, 40, 50, 50])  # the last two become 10
    reset.executions[3:, 0] -= 40
    reset.buckets[3:, 0, 1] -= 40
    found = _measured(reset, record(target({"PlaceOrderCommand": 50}, {"PlaceOrderCommand": 40})))
    assert found.measurements["PlaceOrderCommand"].executions == 40
    assert _codes(found) == {"counter-reset": Severity.INVALID}


@pytest.mark.parametrize("tells_start", [True, False])
def test_processes_that_take_turns_are_no_restart(*, tells_start: bool) -> None:
    in_turn = _snapshots([0, 10, 30, 50, 60], [20, 0, 60, 30, 70])
    in_turn.starts[:] = [9.0, 7.0, 9.0, 7.0, 9.0] if tells_start else np.nan
    found = _measured(in_turn, record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})))
    assert "several-processes" in _codes(found)
    assert not {"restart", "counter-reset"} & _codes(found).keys()
    assert any("PROMETHEUS_MULTIPROC_DIR" in each.message for each in found.findings)


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ((45, 20), "the page shows 50 % of each operation, as one of several processes"),
        ((180, 80), "each operation is counted 2 times: look for a second instrumentation"),
        ((90, 20), "see that nothing else uses the service"),
        ((0, 0), "the page counts none of the requests: see that it is the page of the service"),
        ((130, 60), "see that nothing else uses the service"),
    ],
)
def test_counts_that_differ_alike_have_their_cause_named(server: tuple[int, int], said: str) -> None:
    place, menu = server
    seen = _snapshots([0, 10, 30, 50, 60], [0, 0, place, place, place], [0, 0, menu, menu, menu])
    found = _measured(seen, record(target({"PlaceOrderCommand": 90, "GetMenuQuery": 40})))
    (finding,) = [each for each in found.findings if each.code == "counts-disagree"]
    assert said in finding.message


@pytest.mark.parametrize(("gap", "severity"), [(4, Severity.WARNING), (15, Severity.INVALID)])
def test_a_gap_between_scrapes_is_told(gap: int, severity: Severity) -> None:
    times = [float(t) for t in range(61) if not 20 < t < 20 + gap]
    even = _snapshots(times, [int(t) for t in times])
    found = _measured(even, record(target({"PlaceOrderCommand": 60}, {"PlaceOrderCommand": 40})))
    assert _codes(found) == {"scrape-gap": severity}


@pytest.mark.parametrize(
    "generator",
    [
        Generator(cpu_utilisation=0.95, loop_lag_p99=0.001, loop_lag_max=0.1),
        Generator(cpu_utilisation=0.1, loop_lag_p99=0.08, loop_lag_max=0.1),
    ],
)
def test_a_saturated_generator_makes_the_run_invalid(generator: Generator) -> None:
    sent = target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})
    found = _measured(QUIET, record(sent, generator=generator))
    assert _codes(found) == {"generator-saturated": Severity.INVALID}


@pytest.mark.parametrize(
    ("used", "load_average", "said"),
    [
        (0.7, 5.3, "other work held the machine (load average 5.3 on 4 cores)"),
        (0.1, 0.1, "other work held the machine (load average 0.1 on 4 cores)"),
        (0.7, 0.1, "use fewer users or more workers"),
        (0.95, 5.3, "use fewer users or more workers"),
    ],
)
def test_a_late_generator_is_told_to_send_less_only_if_the_work_was_its_own(
    used: float, load_average: float, said: str
) -> None:
    late = Generator(cpu_utilisation=used, loop_lag_p99=0.08, loop_lag_max=0.1)
    machine = environment(load_average=(load_average, 0.1, 0.1), cores=4)
    run = record(target({"PlaceOrderCommand": 90}), generator=late, environment=machine, users=20)
    (finding,) = run_checks.check_load(run)
    assert said in finding.message


@pytest.mark.parametrize(("model", "codes"), [("closed", set()), ("open", {"generator-saturated"})])
def test_in_a_closed_duet_a_late_generator_harms_neither_side(model: str, codes: set[str]) -> None:
    late = Generator(cpu_utilisation=0.1, loop_lag_p99=0.08, loop_lag_max=0.1)
    sides = [target({"PlaceOrderCommand": 90}, side=side) for side in ("baseline", "candidate")]
    found = run_checks.check_load(record(*sides, generator=late, model=model))
    assert {finding.code for finding in found} == codes


def test_a_load_that_was_not_achieved_makes_the_run_invalid() -> None:
    sent = target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})
    found = _measured(QUIET, record(sent, rates=Rates(offered=100.0, achieved=90.0)))
    assert _codes(found) == {"load-not-achieved": Severity.INVALID}


def arrivals(late: float = 0.001, **counts: int) -> Arrivals:
    usual = {"offered": 1000, "dropped": 0, "finished": 1000, "most_users": 150}
    edges = {"under_way_at_start": 20, "under_way_at_end": 20}
    due = {"due": counts.get("offered", 1000)}
    return Arrivals(
        kind="poisson",
        rate=100.0,
        pool=180,
        max_users=500,
        late_p99=late,
        late_max=late,
        **{**usual, **edges, **due, **counts},
    )


@pytest.mark.parametrize(
    ("counts", "codes"),
    [
        ({}, {}),
        ({"finished": 960, "under_way_at_end": 60}, {}),  # 4 %, and what chance does at the edges
        ({"finished": 920, "under_way_at_end": 100}, {"load-not-achieved": Severity.INVALID}),
        ({"offered": 20, "finished": 15, "under_way_at_start": 0, "under_way_at_end": 5}, {}),
        ({"dropped": 1, "finished": 999}, {"arrivals-dropped": Severity.WARNING}),
        ({"dropped": 2, "finished": 998}, {"arrivals-dropped": Severity.INVALID}),
        ({"dropped": 48, "finished": 952}, {"arrivals-dropped": Severity.INVALID}),
        (
            {"dropped": 300, "finished": 700},
            {"arrivals-dropped": Severity.INVALID, "load-not-achieved": Severity.INVALID},
        ),
    ],
)
def test_an_open_model_must_have_been_able_to_do_what_arrived(
    counts: dict[str, int], codes: dict[str, Severity]
) -> None:
    came = arrivals(**counts)
    run = record(target({}, {}), arrivals=came)
    seconds = run.window.duration
    rates = Rates(offered=came.offered / seconds, achieved=came.finished / seconds, unit="journeys")
    found = run_checks.check_load(run.model_copy(update={"rates": rates}))
    assert {finding.code: finding.severity for finding in found} == codes


@pytest.mark.parametrize(
    ("plan", "advice"),
    [
        (None, "allow more --max-users (mario-perf: --users), or offer less"),
        (PlanCounts(journeys=100, finished=100), "allow more --users, or offer less"),
    ],
)
def test_of_dropped_journeys_is_said_how_many_users_there_were_and_what_allows_more(
    plan: PlanCounts | None, advice: str
) -> None:
    came = arrivals(dropped=48, finished=952)
    found = run_checks.check_load(record(target({}, {}), arrivals=came, plan=plan))
    (said,) = (finding.message for finding in found if finding.code == "arrivals-dropped")
    assert said == f"48 of 1000 journeys found none of 180 users free, and so have no response time; {advice}"


@pytest.mark.parametrize(
    ("counts", "processes", "valid"),
    [
        ({"due": 750, "offered": 748, "finished": 748}, 1, True),  # at the edges
        ({"due": 750, "offered": 747, "finished": 747}, 1, False),
        ({"due": 750, "offered": 742, "finished": 742}, 4, True),
        ({"due": 750, "offered": 741, "finished": 741}, 4, False),
        ({"due": 1000, "offered": 1002, "finished": 1002}, 1, True),
        ({"due": 100_000, "offered": 99_898, "finished": 99_898}, 1, True),
        ({"due": 100_000, "offered": 99_897, "finished": 99_897}, 1, False),
    ],
)
def test_a_run_that_offered_less_than_was_due_is_invalid(
    counts: dict[str, int], processes: int, *, valid: bool
) -> None:
    came = arrivals(**counts)
    one = Worker(index=0, users=1, started=1, seeds="1/0", generator=record(target({}, {})).generator)
    workers = (one,) * processes if processes > 1 else ()
    found = run_checks.check_load(record(target({}, {}), arrivals=came, workers=workers))
    if valid:
        assert found == ()
        return
    (finding,) = found
    assert (finding.code, finding.severity) == ("load-not-offered", Severity.INVALID)
    assert f"offered {came.offered} of the {came.due} journeys that were due" in finding.message


@pytest.mark.parametrize(("late", "valid"), [(0.05, True), (0.051, False), (1.35, False)])
def test_an_open_model_whose_generator_was_late_is_invalid(late: float, *, valid: bool) -> None:
    """However idle it was, and whatever its loop's lag at other moments."""
    found = run_checks.check_load(record(target({}, {}), arrivals=arrivals(late=late)))
    expected = [] if valid else [("generator-late", Severity.INVALID)]
    assert [(finding.code, finding.severity) for finding in found] == expected


def test_a_generator_that_was_late_is_told_how_late() -> None:
    (finding,) = run_checks.check_load(record(target({}, {}), arrivals=arrivals(late=1.35)))
    assert "at p99 journeys began 1.35 s after they were due, limit 50 ms; offer less" in finding.message


def test_a_backlog_that_grows_is_a_shortfall_however_many_users_it_keeps_busy() -> None:
    """40 a second for 10 s, of which 33 came to their end: the 70 others still wait."""
    came = arrivals(offered=400, finished=330, under_way_at_start=40, under_way_at_end=110)
    rates = Rates(offered=40.0, achieved=33.0, unit="journeys")
    run = record(target({}, {}), arrivals=came, rates=rates, window=Span(start=10, end=20))
    (found,) = run_checks.check_load(run)
    assert (found.code, found.severity) == ("load-not-achieved", Severity.INVALID)
    assert "40 were under way when the window opened and 110 when it closed" in found.message


@pytest.mark.parametrize(("finished", "codes"), [(176, []), (175, ["plan-cut-short"])])
def test_a_scenario_with_a_fixed_number_of_journeys_is_valid_only_with_all_of_them(
    finished: int, codes: list[str]
) -> None:
    run = record(target({}, {}), plan=PlanCounts(journeys=176, finished=finished))
    found = run_checks.check_load(run)
    assert [finding.code for finding in found] == codes
    assert all(finding.severity is Severity.INVALID for finding in found)


def test_a_worker_lost_in_the_window_makes_the_run_invalid_and_one_lost_before_only_smaller() -> None:
    run = record(target({}, {}))
    for moment, severity in (
        (run.window.start - 1, Severity.WARNING),
        (run.window.start + 1, Severity.INVALID),
    ):
        lost = run.model_copy(update={"lost_workers": (LostWorker(index=3, at=moment),)})
        (found,) = run_checks.check_load(lost)
        assert (found.code, found.severity) == ("worker-lost", severity)
        assert "worker 3 was lost" in found.message


def test_warnings_of_the_load_are_passed_on() -> None:
    sent = target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80})
    found = _measured(QUIET, record(sent, warnings=("it rained",)))
    assert [finding.message for finding in found.findings] == ["it rained"]


def test_a_window_without_any_scrape_measures_nothing() -> None:
    found = _measured(
        _snapshots([0, 100], [0, 90]),
        record(target({"PlaceOrderCommand": 90}, {"PlaceOrderCommand": 80}), window=Span(start=10, end=50)),
    )
    assert found.measurements == {}
    assert _codes(found)["edge-not-covered"] is Severity.INVALID
