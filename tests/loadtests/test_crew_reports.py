"""What several crews did is what one would have done alone."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mario_perf.load.arrivals.arrival_counters import Ledger
from mario_perf.load.record.step_counters import Tally
from mario_perf.load.steps import Step
from mario_perf.load.users.step_session import Disagreements
from mario_perf.load.users.user_group import CrewReport, merged
from mario_perf.run_record import Generator, Side

REPORT = TypeAdapter(CrewReport)
STEPS = [Step("look", "LookQuery", "GET"), Step("order", "OrderCommand", "POST")]
SIDES: tuple[Side, ...] = ("baseline", "candidate")

Event = tuple[int, int, float, float]  # side, step, seconds, late


def tallied(events: Iterable[Event]) -> dict[Side, Tally]:
    tallies = {side: Tally() for side in SIDES}
    for side, step, seconds, late in events:
        tallies[SIDES[side]].begin(STEPS[step]).answered(STEPS[step], 200, None, seconds, late)
    return tallies


def report(index: int, events: list[Event]) -> CrewReport:
    count = len(events)
    ledger = Ledger(
        due=count + index, offered=count, dropped=index, finished=count - 1, most_users=index, pool=9
    )
    for *_, late in events:
        ledger.lateness.add(late)
    generator = Generator(cpu_utilisation=0.1 * index, loop_lag_p99=0.001 * index, loop_lag_max=0.01)
    return CrewReport(
        index, 10, f"1/{index}", generator, Disagreements(index, 1), ledger, index, {}, tallied(events)
    )


EVENTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.floats(0, 4000), st.floats(0, 10)), max_size=30
)
CREWS = st.lists(EVENTS, min_size=1, max_size=5)


@given(EVENTS)
def test_a_report_survives_its_way_to_the_master(events: list[Event]) -> None:
    sent = report(3, events)
    assert REPORT.validate_json(REPORT.dump_json(sent)) == sent


@given(CREWS)
def test_counts_and_latencies_add_up(crews: list[list[Event]]) -> None:
    total = merged(tuple(report(index, events) for index, events in enumerate(crews)))
    alone = tallied(event for events in crews for event in events)
    for side in SIDES:
        assert sorted(total.window[side].counts(), key=str) == sorted(alone[side].counts(), key=str)
        assert {each.step: each for each in total.window[side].latencies()} == {
            each.step: each for each in alone[side].latencies()
        }
    assert total.users == 10 * len(crews)
    assert total.ledger is not None
    assert total.planned_made == sum(range(len(crews)))
    assert total.ledger.offered == sum(len(events) for events in crews)
    assert total.ledger.pool == 9 * len(crews)
    assert total.ledger.due == total.ledger.offered + sum(range(len(crews)))
    assert total.disagreements == Disagreements(sum(range(len(crews))), len(crews))


@given(CREWS)
def test_the_generator_is_as_good_as_the_worst_of_them(crews: list[list[Event]]) -> None:
    total = merged(tuple(report(index, events) for index, events in enumerate(crews)))
    assert total.generator.cpu_utilisation == 0.1 * (len(crews) - 1)


def test_of_no_crew_at_all_nothing_was_done() -> None:
    total = merged(())
    assert (total.users, total.ledger, total.window) == (0, None, {})
