"""The merged reports of several groups equal the report of one group."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mario_perf.load.arrivals.arrival_counters import ArrivalCounters
from mario_perf.load.record.step_counters import TargetCounters
from mario_perf.load.steps import Step
from mario_perf.load.users.group_report import GroupReport, merge_reports
from mario_perf.load.users.step_session import Disagreements
from mario_perf.run_record import Generator, Side

REPORT = TypeAdapter(GroupReport)
STEPS = [Step("look", "LookQuery", "GET"), Step("order", "OrderCommand", "POST")]
SIDES: tuple[Side, ...] = ("baseline", "candidate")

Event = tuple[int, int, float, float]  # side, step, seconds, late


def counted(events: Iterable[Event]) -> dict[Side, TargetCounters]:
    counters = {side: TargetCounters() for side in SIDES}
    for side, step, seconds, late in events:
        counters[SIDES[side]].begin(STEPS[step]).count_response(STEPS[step], 200, None, seconds, late)
    return counters


def report(index: int, events: list[Event]) -> GroupReport:
    count = len(events)
    arrivals = ArrivalCounters(
        due=count + index, offered=count, dropped=index, finished=count - 1, most_users=index, pool=9
    )
    for *_, late in events:
        arrivals.lateness.add(late)
    generator = Generator(cpu_utilisation=0.1 * index, loop_lag_p99=0.001 * index, loop_lag_max=0.01)
    return GroupReport(
        index, 10, f"1/{index}", generator, Disagreements(index, 1), arrivals, index, {}, counted(events)
    )


EVENTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.floats(0, 4000), st.floats(0, 10)), max_size=30
)
GROUPS = st.lists(EVENTS, min_size=1, max_size=5)


@given(EVENTS)
def test_a_report_arrives_at_the_master_unchanged(events: list[Event]) -> None:
    sent = report(3, events)
    assert REPORT.validate_json(REPORT.dump_json(sent)) == sent


@given(GROUPS)
def test_counts_and_latencies_add_up(groups: list[list[Event]]) -> None:
    total = merge_reports(tuple(report(index, events) for index, events in enumerate(groups)))
    alone = counted(event for events in groups for event in events)
    for side in SIDES:
        assert sorted(total.window[side].counts(), key=str) == sorted(alone[side].counts(), key=str)
        assert {each.step: each for each in total.window[side].latencies()} == {
            each.step: each for each in alone[side].latencies()
        }
    assert total.users == 10 * len(groups)
    assert total.arrivals is not None
    assert total.completed_iterations == sum(range(len(groups)))
    assert total.arrivals.offered == sum(len(events) for events in groups)
    assert total.arrivals.pool == 9 * len(groups)
    assert total.arrivals.due == total.arrivals.offered + sum(range(len(groups)))
    assert total.disagreements == Disagreements(sum(range(len(groups))), len(groups))


@given(GROUPS)
def test_the_merged_generator_is_the_worst_one(groups: list[list[Event]]) -> None:
    total = merge_reports(tuple(report(index, events) for index, events in enumerate(groups)))
    assert total.generator.cpu_utilisation == 0.1 * (len(groups) - 1)


def test_merging_no_reports_gives_zeros() -> None:
    total = merge_reports(())
    assert (total.users, total.arrivals, total.window) == (0, None, {})
