"""Both workload models, shapes, scenarios and the web form, against the real pizzeria."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mario_perf.builds.ports import free_port as a_free_port
from mario_perf.run_record import PlanCounts, RunRecord, TargetRecord
from mario_perf.runs import Run
from tests.system.load.agreement import agree, sent
from tests.system.load.conftest import Load
from tests.system.load.web_ui import WebUi

pytestmark = pytest.mark.e2e

READS = {"GetMenuQuery", "GetOrderByIdQuery", "GetKitchenStatusQuery", "GetDeliveryOrdersQuery"} | {
    "GetActiveOrdersQuery", "GetOrdersByStatusQuery", "GetDeliveryTourQuery",
}  # fmt: skip

SHAPES = """
late = [{ seconds = 1, level = 0 }, { seconds = 1, level = 1 }, { seconds = 1, start = 1, end = 0 }]
stairs = [{ seconds = 1.5, level = 0.5 }, { seconds = 1.5, level = 1.5 }, { seconds = 1.5, level = 0.5 }]
few = [{ seconds = 9, level = 0.01 }]
twice = [{ seconds = 2, level = 2 }]
"""
"""Of the first nothing arrives while the window opens."""

REFUSED = (
    ({"rate": "0"}, "argument --rate: 0 is not positive; give more than 0"),
    ({"rate": "-5"}, "argument --rate: -5 is not positive; give more than 0"),
    ({"rate": "many"}, "argument --rate: 'many' is not a number"),
    ({"scrape_interval": "0"}, "argument --scrape-interval: 0 is not positive; give more than 0"),
    ({"scrape_interval": ""}, "argument --scrape-interval: '' is not a number"),
    ({"scenario": "breakfast"}, "--scenario breakfast: no such scenario; choose one of mario, "),
    ({"shape": "lunch"}, "--shape lunch: no such shape; choose one of smoke, "),
    ({"rate": "30", "run_time": "1s", "spawn_rate": "1"}, "--run-time 1 s ends before "),
    ({"rate": "30", "max_users": "1"}, "--max-users 1 is less than --users 2, "),
    ({"rate": "30", "max_users": "few"}, "argument --max-users: 'few' is not a number"),
    ({"rate": "", "max_users": "5"}, "--max-users is for an open model; give --rate, too"),
)


def shapes(load: Load) -> tuple[str, str]:
    """The option that adds the shapes."""
    path = load.folder / "shapes.toml"
    path.write_text(SHAPES)
    return "--shapes", str(path)


def checked(run: Run) -> tuple[RunRecord, TargetRecord]:
    """A run in which client and service must agree."""
    (target,) = run.record.targets
    assert agree(run, target)
    return run.record, target


@dataclass(frozen=True)
class Session:
    """What the web UI of one Locust was used for, and what it answered."""

    refusals: list[tuple[dict[str, Any], str]]
    runs_after_refusals: bool
    twice: Run
    late: Run
    stairs: Run
    writes: Run
    log: str


@pytest.fixture(scope="module")
def session(mario: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One run after the other; the first is stopped, the others end by themselves."""
    load, port = Load(tmp_path_factory.mktemp("web")), a_free_port()
    log = load.folder / "locust.log"
    command = ("-H", mario, *shapes(load), "--shape", "twice", "--warm-up", "0", "--stop-timeout", "10")
    with load.start(*command, *WebUi.options(port), "--logfile", str(log)):
        ui, users = WebUi(load, port), {"user_count": "2", "spawn_rate": "100"}
        refusals = [(ui.post(**{**users, **fields}), reason) for fields, reason in REFUSED]
        ran = load.runs.exists()
        twice = ui.play({**users, "scenario": "read-heavy"})
        many = {**users, "user_count": "40", "max_users": "70"}
        open_model = {"scenario": "mario", "rate": "40", "arrivals": "constant", "shape": "late"}
        late = ui.play({**many, **open_model})
        closed = {**users, "rate": "", "max_users": ""}
        stairs = ui.play({**closed, "user_count": "4", "shape": "stairs", "run_time": "5s"})
        said = log.read_text().rpartition(" begins\n")[2]
        writes = ui.play({**closed, "scenario": "write-heavy", "shape": "steady"}, stop_after=200)
        yield Session(refusals, ran, twice, late, stairs, writes, said)


def test_the_web_form_is_checked_before_a_run_begins(session: Session) -> None:
    for answer, reason in session.refusals:
        assert not answer["success"]
        assert answer["message"].startswith(reason)
    assert not session.runs_after_refusals


def test_the_shape_of_the_command_line_sets_the_users_of_a_closed_model(session: Session) -> None:
    record, target = checked(session.twice)
    assert (record.model, record.shape, record.users, record.warnings) == ("closed", "twice", 4, ())
    assert sent(target.whole_run)


def test_an_own_shape_sets_the_arrivals_of_an_open_model_and_its_end(session: Session) -> None:
    record, _ = checked(session.late)
    assert (record.model, record.shape, record.warnings) == ("open", "late", ())
    assert record.arrivals is not None
    assert record.arrivals.offered == pytest.approx(60, abs=2)
    assert (record.arrivals.kind, record.arrivals.rate, record.arrivals.max_users) == ("constant", 40.0, 70)


def test_journeys_of_an_open_model_arrive_when_they_are_due(session: Session) -> None:
    record, target = checked(session.late)
    assert record.arrivals is not None
    assert (record.users, record.arrivals.dropped, record.rates.unit) == (40, 0, "journeys")
    assert record.arrivals.offered == pytest.approx(record.arrivals.due, abs=4)
    assert record.rates.offered == pytest.approx(record.arrivals.offered / record.window.duration)
    assert record.rates.achieved == pytest.approx(record.arrivals.finished / record.window.duration)
    assert {each.step: each.count for each in target.latencies} == {
        each.step: each.count for each in target.latencies_from_intended
    }
    sent_at = {each.step: each for each in target.latencies}
    assert all(each.mean >= sent_at[each.step].mean for each in target.latencies_from_intended)


def test_the_number_of_users_follows_a_shape_up_and_down(session: Session) -> None:
    """Whatever shape the command line named. Users who go end in peace."""
    record, target = checked(session.stairs)
    assert (record.model, record.shape, record.arrivals) == ("closed", "stairs", None)
    assert sent(target.whole_run)
    went = [int(count) for count in re.findall(r"All users spawned: .* \((\d+) total users\)", session.log)]
    assert in_order([2, 6, 2], went), went


def test_a_run_that_is_stopped_in_the_web_ui_has_a_window(session: Session) -> None:
    record, _ = checked(session.writes)
    assert record.window.duration > 0


def test_the_share_of_reads_fits_the_name_of_a_mix(session: Session) -> None:
    (reads, few), (writes, many) = checked(session.twice), checked(session.writes)
    assert (reads.scenario, writes.scenario) == ("read-heavy", "write-heavy")
    assert share_of_reads(few) > 0.8
    assert share_of_reads(many) < 0.5


def share_of_reads(target: TargetRecord) -> float:
    counts = sent(target.whole_run)
    return sum(count for operation, count in counts.items() if operation in READS) / sum(counts.values())


def in_order(some: Iterable[int], every: Iterable[int]) -> bool:
    """Whether ``every`` has them all, one after the other."""
    left = iter(every)
    return all(each in left for each in some)


def test_the_users_of_a_high_rate_start_before_the_window(mario: str, load: Load) -> None:
    """1,000 journeys a second at level 1; the shape makes only a few of them."""
    few = (*shapes(load), "--shape", "few", "--arrivals", "constant")
    code, output = load.run("-H", mario, "--rate", "1000", *few, "-t", "5s")
    record, _ = checked(load.latest)
    assert code == 0, output
    assert (record.users, record.warnings) == (1_000, ())
    assert record.arrivals is not None
    assert record.arrivals.dropped == 0
    assert record.arrivals.offered == pytest.approx(10 * record.window.duration, abs=3)


def test_the_class_picker_refuses_a_shape_and_starts_a_run_without_one(
    load: Load, stub: Any, free_port: int
) -> None:
    form = {"user_count": "1", "spawn_rate": "1"}
    picker = ("-H", *stub(1).urls, "--class-picker", "--shape", "spike")
    with load.start(*picker, *WebUi.options(free_port)):
        ui = WebUi(load, free_port)
        refused, taken = ui.post(**form, shape="spike"), ui.post(**form, shape="steady")
    assert not refused["success"]
    assert refused["message"] == (
        "--shape spike: with --class-picker Locust plays only shapes of the locustfile; leave out one of them"
    )
    assert taken["success"]


def test_the_reference_run_has_its_exact_counts_and_keeps_its_users(mario: str, load: Load) -> None:
    """A fixed number of journeys, in an open model: no user is added to those there are."""
    plan = ("--scenario", "reference", "--rate", "100", "-u", "5", "--arrivals", "constant")
    code, output = load.run("-H", mario, *plan)
    record, target = checked(load.latest)
    assert code == 0, output
    assert record.scenario == "reference"
    assert sent(target.in_window) == {
        "PlaceOrderCommand": 20,
        "StartCookingCommand": 20,
        "CompleteOrderCommand": 20,
        "GetDeliveryOrdersQuery": 75,
        "GetDeliveryTourQuery": 79,
        "GetActiveOrdersQuery": 2,
    }
    assert not any(step.failed or step.business for step in target.in_window)
    assert record.plan == PlanCounts(journeys=176, finished=176)
    assert record.arrivals is not None
    assert (record.users, record.arrivals.max_users) == (5, 5)
