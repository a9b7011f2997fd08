"""Both workload models, every shape and every scenario, against the real pizzeria."""

import re
import signal
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
import scenarios

from mario_perf import runs
from mario_perf.load.arrivals import shapes
from mario_perf.run_record import PlanCounts, RunRecord, TargetRecord
from tests.system.load.agreement import agree, sent

pytestmark = pytest.mark.e2e

PATIENCE = 60.0  # seconds
RATE = 40
USERS = 4
OPENING, SHORT = 0.8, 1.0
"""Seconds for the window to open, and in which shapes are played."""

READS = {"GetMenuQuery", "GetOrderByIdQuery", "GetKitchenStatusQuery", "GetDeliveryOrdersQuery"} | {
    "GetActiveOrdersQuery", "GetOrdersByStatusQuery", "GetDeliveryTourQuery",
}  # fmt: skip


def until(look: Callable[[], Any]) -> None:
    """It is so; Locust may only be starting."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if look():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("it did not happen in time")


def recorded(load: Any) -> tuple[RunRecord, TargetRecord]:
    """The latest run, in which client and service must agree."""
    run = runs.load(load.runs / "latest")
    (target,) = run.record.targets
    assert agree(run, target)
    return run.record, target


@pytest.mark.parametrize("kind", ["constant", "poisson"])
def test_journeys_of_an_open_model_arrive_at_the_rate(kind: str, pizzeria: Any, load: Any) -> None:
    code, output = load.run("-H", pizzeria(), "--rate", "30", "--arrivals", kind, "-t", "5s")
    record, target = recorded(load)
    assert code == 0, output
    assert record.warnings == ()
    assert (record.model, record.users, record.rates.unit) == ("open", 30, "journeys")
    assert record.arrivals is not None
    assert (record.arrivals.kind, record.arrivals.rate, record.arrivals.dropped) == (kind, 30.0, 0)
    window = record.window.duration
    assert record.arrivals.due == pytest.approx(30 * window, abs=4 if kind == "constant" else 70)
    assert record.arrivals.offered == pytest.approx(record.arrivals.due, abs=4)
    assert record.rates.offered == pytest.approx(record.arrivals.offered / window)
    assert record.rates.achieved == pytest.approx(record.arrivals.finished / window)
    assert {each.step: each.count for each in target.latencies} == {
        each.step: each.count for each in target.latencies_from_intended
    }
    sent_at = {each.step: each for each in target.latencies}
    assert all(each.mean >= sent_at[each.step].mean for each in target.latencies_from_intended)


def test_arrivals_without_a_free_user_are_dropped_in_the_record(pizzeria: Any, load: Any) -> None:
    load.run("-H", pizzeria(), "--rate", "60", "--max-users", "2", "--think", "0.2", "-t", "4s")
    record, _ = recorded(load)
    assert record.arrivals is not None
    assert record.arrivals.dropped > 0.5 * record.arrivals.offered
    assert record.arrivals.most_users == 2
    assert record.rates.achieved < 0.5 * record.rates.offered


def test_the_users_of_a_high_rate_start_before_the_window(pizzeria: Any, load: Any) -> None:
    """2,000 journeys a second at level 1; the shape makes only a few of them."""
    path = load.folder / "few.toml"
    path.write_text("few = [{ seconds = 9, level = 0.01 }]\n")
    few = ("--shapes", str(path), "--shape", "few", "--arrivals", "constant")
    code, output = load.run("-H", pizzeria(), "--rate", "2000", *few, "-t", "8s")
    record, _ = recorded(load)
    assert code == 0, output
    assert (record.users, record.warnings) == (2_000, ())
    assert record.arrivals is not None
    assert record.arrivals.dropped == 0
    assert record.arrivals.offered == pytest.approx(20 * record.window.duration, abs=3)


def test_a_run_too_short_for_its_users_is_one_line_and_exit_code_2(load: Any) -> None:
    crowd = ("--rate", "2000", "-r", "20", "-t", "60s")
    code, output = load.run("-H", "http://127.0.0.1:9", *crowd)
    assert code == 2
    assert (
        "--run-time 60 s ends before the measurement window opens: 2,000 users take 99 s to start" in output
    )
    assert "Traceback" not in output


def test_a_closed_model_has_neither_arrivals_nor_intended_starts(pizzeria: Any, load: Any) -> None:
    load.run("-H", pizzeria(), "-u", "4", "-r", "4", "-t", "2s")
    record, target = recorded(load)
    assert (record.model, record.arrivals, record.rates.unit) == ("closed", None, "requests")
    assert target.latencies
    assert target.latencies_from_intended == ()


def in_short(shape: shapes.Shape) -> str:
    """The same within a second, as a line of TOML. Nothing arrives while the window opens."""
    stages = [f"{{ seconds = {OPENING}, level = 0 }}"] + [
        f"{{ seconds = {stage.seconds}, start = {stage.start}, end = {stage.end} }}"
        for stage in shape.stretched(SHORT).stages
    ]
    return f"{shape.name} = [{', '.join(stages)}]"


def test_a_shape_of_an_open_model_sets_its_arrivals_and_its_end(
    pizzeria: Any, load: Any, free_port: int
) -> None:
    """One after the other in the web UI: Locust starts once. In virtual time every shape is played."""
    every, service, ui = shapes.load(shapes.BUILT_IN), pizzeria(), f"http://127.0.0.1:{free_port}"
    known = {name: every[name] for name in ("ramp", "spike")}
    path = load.folder / "short.toml"
    path.write_text("\n".join(map(in_short, known.values())))
    model = ("--rate", str(RATE), "--arrivals", "constant", "--shapes", str(path), "--warm-up", "0")
    with load.start("-H", service, "--web-host", "127.0.0.1", "--web-port", str(free_port), *model):
        for number, name in enumerate(known, start=1):
            form = {"user_count": "100", "spawn_rate": "100", "shape": name}
            until(lambda: httpx.post(f"{ui}/swarm", data=form, timeout=PATIENCE).json()["success"])  # noqa: B023
            until(lambda: len(list(load.runs.glob("2*/run.json"))) == number)  # noqa: B023
            record, _ = recorded(load)
            assert record.arrivals is not None
            area = SHORT / known[name].seconds * sum(stage.area for stage in known[name].stages)
            assert record.shape == name
            assert record.arrivals.offered == pytest.approx(RATE * area, abs=2), name


def test_the_shape_sets_the_users_of_a_closed_model(pizzeria: Any, load: Any) -> None:
    """A spike of twice --users."""
    users = ("-u", "3", "-r", "100")
    code, output = load.run("-H", pizzeria(), "--shape", "spike", *users, "-t", "2s", "--warm-up", "0.2")
    record, target = recorded(load)
    assert code == 0, output
    assert (record.shape, record.users, record.warnings) == ("spike", 6, ())
    assert sent(target.whole_run)


def test_in_a_closed_model_the_number_of_users_follows_a_shape(
    pizzeria: Any, load: Any, free_port: int
) -> None:
    """One after the other in the web UI, whatever shape the command line named. Users who go end in peace."""
    every, service, ui = shapes.load(shapes.BUILT_IN), pizzeria(), f"http://127.0.0.1:{free_port}"
    known = {name: every[name] for name in ("ramp", "stress")}
    named = ("--shape", "spike", "--warm-up", "0", "--stop-timeout", "10")
    with load.start("-H", service, "--web-host", "127.0.0.1", "--web-port", str(free_port), *named) as locust:
        for number, (name, shape) in enumerate(known.items(), start=1):
            seconds = 2 * len(shape.stages)  # Locust looks every second how many there should be
            users = {"user_count": str(USERS), "spawn_rate": "100"}
            form = {**users, "shape": name, "run_time": f"{seconds}s"}
            until(lambda: httpx.post(f"{ui}/swarm", data=form, timeout=PATIENCE).json()["success"])  # noqa: B023
            until(lambda: len(list(load.runs.glob("2*/run.json"))) == number)  # noqa: B023
            record, target = recorded(load)
            assert (record.model, record.shape) == ("closed", name)
            assert sent(target.whole_run)
        locust.send_signal(signal.SIGINT)
        _, *played = locust.communicate(timeout=PATIENCE)[0].split(" begins\n")
    for shape, said in zip(known.values(), played, strict=True):
        went = [int(count) for count in re.findall(r"All users spawned: .* \((\d+) total users\)", said)]
        levels = [shape.level(shape.seconds * moment / 1000) or 0.0 for moment in range(1000)]
        plateaus = [crowd(stage.start) for stage in shape.stages if stage.start == stage.end]
        assert in_order(went, map(crowd, levels)), (shape.name, went)
        assert in_order(plateaus, went), (shape.name, went)
        assert len(went) > 1 or len(shape.stages) == 1, (shape.name, went)


def crowd(level: float) -> int:
    """Users at a level."""
    return max(round(USERS * level), 1)


def in_order(some: Iterable[int], every: Iterable[int]) -> bool:
    """Whether ``every`` has them all, one after the other."""
    left = iter(every)
    return all(each in left for each in some)


def test_the_web_form_is_checked_before_a_run_begins(pizzeria: Any, load: Any, free_port: int) -> None:
    service, ui = pizzeria(), f"http://127.0.0.1:{free_port}"
    users = {"user_count": "2", "spawn_rate": "2"}

    def post(**fields: str) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.post(f"{ui}/swarm", data={**users, **fields}, timeout=PATIENCE).json()
        return answer

    with load.start("-H", service, "--web-host", "127.0.0.1", "--web-port", str(free_port)):
        until(lambda: httpx.get(ui, timeout=PATIENCE).is_success)
        for fields, reason in (
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
        ):
            answer = post(**fields)
            assert not answer["success"], fields
            assert answer["message"].startswith(reason)
        assert not load.runs.exists()
        for number, fields in enumerate(
            (
                {"rate": "20", "shape": "smoke", "max_users": "7"},
                {"rate": "", "shape": "steady", "max_users": ""},
                {"rate": "20"},
            ),
            start=1,
        ):
            assert post(**fields, run_time="2s")["success"]
            until(lambda: len(list(load.runs.glob("2*/run.json"))) == number)  # noqa: B023
    records = [runs.load(run).record for run in sorted(load.runs.glob("2*"))]
    assert [record.model for record in records] == ["open", "closed", "open"]
    assert [record.arrivals.max_users for record in records if record.arrivals] == [7, 100]


def test_the_class_picker_refuses_a_shape_and_starts_a_run_without_one(
    load: Any, stub: Any, free_port: int
) -> None:
    ui, form = f"http://127.0.0.1:{free_port}", {"user_count": "1", "spawn_rate": "1"}
    picker = ("-H", *stub(1).urls, "--class-picker", "--shape", "spike")
    with load.start(*picker, "--web-host", "127.0.0.1", "--web-port", str(free_port)):
        until(lambda: httpx.get(ui, timeout=PATIENCE).is_success)
        refused = httpx.post(f"{ui}/swarm", data={**form, "shape": "spike"}, timeout=PATIENCE).json()
        taken = httpx.post(f"{ui}/swarm", data={**form, "shape": "steady"}, timeout=PATIENCE).json()
    assert not refused["success"]
    assert refused["message"] == (
        "--shape spike: with --class-picker Locust plays only shapes of the locustfile; leave out one of them"
    )
    assert taken["success"]


def test_an_own_shape_is_followed(pizzeria: Any, load: Any) -> None:
    """No load in its first half, in which the window opens, so all of it arrives after that."""
    path = load.folder / "mine.toml"
    path.write_text("late = [{ seconds = 1, level = 0 }, { seconds = 1, level = 2 }]\n")
    own = ("--shapes", str(path), "--shape", "late", "--warm-up", "0")
    code, output = load.run("-H", pizzeria(), "--rate", "40", "--arrivals", "constant", *own)
    record, _ = recorded(load)
    assert code == 0, output
    assert record.arrivals is not None
    assert record.arrivals.offered == pytest.approx(80, abs=2)


def test_the_reference_run_has_its_exact_counts(pizzeria: Any, load: Any) -> None:
    code, output = load.run("-H", pizzeria(), "-u", "8", "-r", "8", "--scenario", "reference")
    record, target = recorded(load)
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


@pytest.mark.parametrize("scenario", scenarios.MIXES)
def test_the_share_of_reads_fits_the_name_of_each_mix(scenario: str, pizzeria: Any, load: Any) -> None:
    load.run("-H", pizzeria(), "-u", "4", "-r", "4", "-t", "3s", "--scenario", scenario)
    record, target = recorded(load)
    counts = sent(target.in_window)
    reads = sum(count for operation, count in counts.items() if operation in READS) / sum(counts.values())
    low, high = {"read-heavy": (0.8, 1.0), "write-heavy": (0.2, 0.5)}.get(scenario, (0.4, 0.8))
    assert record.scenario == scenario
    assert low < reads < high


def test_an_unknown_scenario_is_refused_with_a_list_of_scenarios(load: Any) -> None:
    code, output = load.run("-H", "http://127.0.0.1:9", "--scenario", "breakfast")
    assert code == 2
    assert "--scenario breakfast: no such scenario; choose one of mario, read-heavy" in output
    assert "Traceback" not in output


def test_an_unknown_shape_is_one_line_and_exit_code_2(load: Any) -> None:
    code, output = load.run("-H", "http://127.0.0.1:9", "--shape", "lunch")
    assert code == 2
    assert "--shape lunch: no such shape" in output
    assert "Traceback" not in output
