"""From counts to usage."""

from hypothesis import given
from hypothesis import strategies as st

from mario_perf.model import Operation
from mario_perf.run_record import Span
from mario_perf.usage.usage_model import Standing, Usage
from mario_perf.usage.usage_summary import UsageCounts, summarise

MENU, ORDER, COOK = (
    Operation("query", "GetMenuQuery"),
    Operation("command", "PlaceOrderCommand"),
    Operation("command", "StartCookingCommand"),
)
HOURS = tuple(Span(start=3600.0 * hour, end=3600.0 * (hour + 1)) for hour in range(3))
BEFORE = Span(start=-3600.0, end=0.0)

counts = st.lists(st.integers(0, 10**6), min_size=3, max_size=3)


def usage(
    executions: dict[Operation, list[float]],
    failures: dict[Operation, dict[str, float]] | None = None,
    before: dict[Operation, bool] | None = None,
) -> Usage:
    return summarise(UsageCounts(HOURS, executions, failures or {}, BEFORE, before))


@given(st.dictionaries(st.sampled_from((MENU, ORDER, COOK)), counts))
def test_nothing_is_lost_between_operations_periods_and_the_whole(
    executions: dict[Operation, list[float]],
) -> None:
    found = usage(executions)
    total = sum(map(sum, executions.values()))
    assert found.executions == total
    assert sum(period.executions for period in found.periods) == total
    assert sum(found.balance.values()) == 0 if not total else abs(sum(found.balance.values()) - 1) < 1e-9


@given(st.dictionaries(st.sampled_from((MENU, ORDER, COOK)), counts, min_size=1))
def test_the_most_used_comes_first(executions: dict[Operation, list[float]]) -> None:
    used = [one.executions for one in usage(executions).operations]
    assert used == sorted(used, reverse=True)


def test_success_and_errors_are_told_by_operation_and_of_all() -> None:
    found = usage(
        {ORDER: [50, 30, 20], MENU: [100, 0, 0]},
        {ORDER: {"business_rule": 5.2, "exception": 14.9}, MENU: {"exception": 0.2}},
    )
    by_name = {one.operation: one for one in found.operations}
    assert by_name[ORDER].success == 0.8
    assert by_name[MENU].success == 1.0
    assert found.success == 0.9
    assert found.errors == {"exception": 15, "business_rule": 5}


def test_peaks_are_the_busiest_periods_and_never_idle_ones() -> None:
    peaks = usage({MENU: [5, 90, 0], ORDER: [1, 2, 0]}).peaks(max_peaks=3)
    assert [(peak.span, peak.executions) for peak in peaks] == [(HOURS[1], 92), (HOURS[0], 6)]


def test_standing_compares_with_the_time_before() -> None:
    gone, unused = Operation("query", "Gone"), Operation("query", "Unused")
    found = usage(
        {MENU: [1, 0, 0], ORDER: [0, 0, 1], gone: [0, 0, 0], unused: [0, 0, 0]},
        before={MENU: True, ORDER: False, gone: True, COOK: True, unused: False},
    )
    assert found.standing(Standing.USED) == (MENU,)
    assert found.standing(Standing.NEW) == (ORDER,)
    assert found.standing(Standing.GONE) == (COOK, gone)
    assert found.standing(Standing.UNUSED) == (unused,)


def test_without_a_time_before_nothing_is_called_new_or_gone() -> None:
    found = usage({MENU: [1, 0, 0], ORDER: [0, 0, 0]})
    assert found.before is None
    assert {one.standing for one in found.operations} == {Standing.USED, Standing.UNUSED}


def test_a_service_that_nobody_uses_has_no_success_and_no_balance() -> None:
    found = usage({MENU: [0, 0, 0]})
    assert found.success is None
    assert found.balance == {}
    assert found.peaks() == ()
