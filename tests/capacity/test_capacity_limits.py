"""What makes a probe hold, and when the load generator may be to blame that it did not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import pytest
from hdrh.histogram import HdrHistogram

from mario_perf import runs
from mario_perf.capacity.capacity_limits import (
    broken_limits,
    describe,
    generator_kept_up,
    has_limits,
    may_be_generator,
    with_limits,
)
from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.run_record import Arrivals, Generator, Latency, Rates
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from tests.simulated_runs import MakeRun, Plan

LIMITED = Policy(thresholds=Thresholds(p95=0.05, error_ratio=0.01))


def generator(cpu: float = 0.2, lag: float = 0.001) -> Generator:
    return Generator(cpu_utilisation=cpu, loop_lag_p99=lag, loop_lag_max=lag)


def arrivals(dropped: int = 0, late: float = 0.001, due: int = 1200) -> Arrivals:
    return Arrivals(
        kind="poisson",
        rate=30.0,
        pool=9,
        max_users=9,
        due=due,
        offered=1200,
        dropped=dropped,
        finished=1200 - dropped,
        under_way_at_start=5,
        under_way_at_end=5,
        most_users=9,
        late_p99=late,
        late_max=late,
    )


def seen(p95: float, p50: float = 0.004, count: int = 600, step: str = "PlaceOrderCommand") -> Latency:
    times = HdrHistogram(1, 3_600_000_000, 3)
    times.record_value(round(p50 * 1e6), count * 9 // 10)
    times.record_value(round(p95 * 1e6), count - count * 9 // 10)
    hdr = times.encode().decode()
    return Latency(step=step, count=count, mean=p50, p50=p50, p95=p95, p99=p95, maximum=p95, hdr=hdr)


class Probing(Protocol):
    """A probe of 40 s in which p95 of the slower operation is about 13 ms."""

    def __call__(self, *latencies: Latency, plan: Plan = ..., **changes: Any) -> MeasuredRun: ...


@pytest.fixture
def probe(make_run: MakeRun) -> Probing:
    def run(*latencies: Latency, plan: Plan | None = None, **changes: Any) -> MeasuredRun:
        done = runs.load(make_run("probe", plan or Plan(), **({"arrivals": arrivals()} | changes)))
        (target,) = done.record.targets
        target = target.model_copy(update={"latencies_from_intended": latencies})
        record = done.record.model_copy(update={"targets": (target,)})
        return measure_run(replace(done, record=record), Source(ScrapeSource(done.directory, CQRS)))

    return run


def test_a_rate_holds_where_nothing_is_beyond_its_limit(probe: Probing) -> None:
    assert broken_limits(probe(seen(0.049)), LIMITED) == ()


def test_the_services_own_p95_breaks_a_limit(probe: Probing) -> None:
    (reason,) = broken_limits(probe(), Policy(thresholds=Thresholds(p95=0.01)))
    assert reason.startswith("PlaceOrderCommand: p95 1")
    assert reason.endswith(" ms, limit 10 ms")


def test_failures_break_a_limit(probe: Probing) -> None:
    reasons = broken_limits(probe(plan=Plan(failing={"GetMenuQuery": 0.1})), LIMITED)
    assert [reason.partition(":")[0] for reason in reasons] == ["GetMenuQuery"]
    assert reasons[0].endswith("% failed, limit 1.00%")


def test_what_the_client_waited_breaks_a_limit_although_the_service_was_quick_the_slowest_first(
    probe: Probing,
) -> None:
    reasons = broken_limits(probe(seen(0.06), seen(0.4, step="GetMenuQuery")), LIMITED)
    assert reasons == (
        "GetMenuQuery: response time's p95 400 ms, limit 50 ms",
        "PlaceOrderCommand: response time's p95 60 ms, limit 50 ms",
    )


def test_limits_are_those_of_the_operation_and_none_where_it_is_ignored(probe: Probing) -> None:
    done = probe(seen(0.4), seen(0.06, step="GetMenuQuery"))
    patient = replace(
        LIMITED,
        operations={"PlaceOrderCommand": Thresholds(ignore=True), "GetMenuQuery": Thresholds(p95=0.1)},
    )
    assert broken_limits(done, patient) == ()


@pytest.mark.parametrize(("p50", "holds"), [(0.004, True), (0.06, False)])
def test_of_few_executions_the_median_counts(probe: Probing, p50: float, *, holds: bool) -> None:
    reasons = broken_limits(probe(seen(0.4, p50=p50, count=7)), LIMITED)
    assert reasons == (() if holds else ("PlaceOrderCommand: response time's p50 60 ms, limit 50 ms",))


def test_one_journey_that_was_dropped_ends_a_rate(probe: Probing) -> None:
    (reason,) = broken_limits(probe(arrivals=arrivals(dropped=1)), LIMITED)
    assert reason.startswith("1 of 1200 journeys found none of 9 users free")


def test_journeys_that_did_not_end_are_a_reason(probe: Probing) -> None:
    (reason,) = broken_limits(probe(rates=Rates(offered=100.0, achieved=60.0, unit="journeys")), LIMITED)
    assert reason.startswith("60.0 of 100.0 journeys a second were achieved")


@pytest.mark.parametrize("changes", [{"generator": generator(lag=0.2)}, {"arrivals": arrivals(late=0.2)}])
def test_a_late_generator_is_no_reason_where_every_limit_held_all_the_same(
    probe: Probing, changes: dict[str, Any]
) -> None:
    assert broken_limits(probe(seen(0.049), **changes), LIMITED) == ()


def test_a_rate_that_was_not_offered_did_not_hold(probe: Probing) -> None:
    (reason,) = broken_limits(probe(seen(0.049), arrivals=arrivals(due=1300)), LIMITED)
    assert reason.startswith("the load generator offered 1200 of the 1300 journeys")


@pytest.mark.parametrize(
    ("p95", "changes", "blamed"),
    [
        (0.3, {}, False),
        (0.3, {"generator": generator(cpu=0.95)}, True),
        (0.3, {"generator": generator(lag=0.2)}, False),
        (0.2, {"generator": generator(lag=0.2)}, True),
        (0.2, {"arrivals": arrivals(late=0.2)}, True),
        (0.3, {"arrivals": arrivals(late=0.2, dropped=300)}, False),
        (0.01, {"arrivals": arrivals(late=0.2, dropped=300)}, True),
        (0.01, {"arrivals": arrivals(dropped=300)}, False),
        (0.01, {"arrivals": arrivals(due=1300)}, True),
    ],
)
def test_the_generator_is_to_blame_without_a_core_or_where_its_own_delay_explains_what_broke(
    probe: Probing, p95: float, changes: dict[str, Any], *, blamed: bool
) -> None:
    done = probe(seen(p95), **changes)
    assert broken_limits(done, LIMITED)
    assert may_be_generator(done, LIMITED) is blamed


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({}, True),
        ({"generator": generator(cpu=0.95)}, False),
        ({"generator": generator(lag=0.2)}, False),
        ({"arrivals": arrivals(late=0.2)}, False),
        ({"arrivals": arrivals(due=1300)}, False),
    ],
)
def test_a_generator_keeps_up_with_a_core_left_and_in_time(
    probe: Probing, changes: dict[str, Any], *, fine: bool
) -> None:
    assert generator_kept_up(probe(**changes).record) is fine


@pytest.mark.parametrize(
    "policy",
    [LIMITED, Policy(operations={"GetMenuQuery": Thresholds(error_ratio=0.5)})],
)
def test_limits_that_there_are_stay_as_they_are(policy: Policy) -> None:
    assert has_limits(policy)
    assert with_limits(policy) == policy


def test_without_any_limits_usual_ones_apply_to_every_operation() -> None:
    limited = with_limits(Policy(operations={"GetMenuQuery": Thresholds(latency_noise=0.2)}))
    assert not has_limits(Policy())
    assert describe(limited) == "p95 at most 100 ms, errors at most 1.00%"


def operations(**each: Thresholds) -> dict[str, Thresholds]:
    return each


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({}, "p95 at most 50 ms, errors at most 1.00%"),
        (
            operations(Menu=Thresholds(p95=2.0), Orders=LIMITED.thresholds),
            "p95 at most 50 ms, errors at most 1.00%; Menu p95 at most 2 s",
        ),
        (
            operations(Menu=Thresholds(ignore=True), Tour=Thresholds()),
            "p95 at most 50 ms, errors at most 1.00%; Tour no limit; Menu ignored",
        ),
    ],
)
def test_limits_in_words_name_what_differs(own: dict[str, Thresholds], said: str) -> None:
    assert describe(replace(LIMITED, operations=own)) == said
