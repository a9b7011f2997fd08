"""Each request counts exactly once."""

from functools import reduce
from operator import add

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mario_perf.load.record.step_counters import TargetCounters
from mario_perf.load.steps import Answer, Step, reached_handler

PLAIN = Step("look", "LookQuery", "GET")
COOK = Step("cook", "CookCommand", "PUT", business=frozenset({400}))

STATUSES = st.sampled_from([200, 201, 307, 400, 404, 405, 422, 500, 503, None, "lost"])
EVENTS = st.lists(st.tuples(st.sampled_from([PLAIN, COOK]), STATUSES), max_size=30)


def counted(events: list[tuple[Step, int | str | None]]) -> TargetCounters:
    counters = TargetCounters()
    for step, status in events:
        count = counters.begin(step)
        if isinstance(status, int):
            count.count_response(step, status, "application/problem+json", 0.001)
        elif status:
            count.count_error(TimeoutError(), 0.5)
    return counters


@given(EVENTS)
def test_started_is_responses_plus_abandoned(
    events: list[tuple[Step, int | str | None]],
) -> None:
    for step in counted(events).counts():
        answered = sum(step.statuses.values())
        assert step.started == answered + step.abandoned
        assert 0 <= step.reached <= answered
        assert step.failed == sum(step.errors.values())
        assert step.failed + step.business <= step.started


@given(EVENTS, EVENTS, EVENTS)
def test_adding_counters_is_associative_and_equals_counting_in_one(
    one: list[tuple[Step, int | str | None]],
    two: list[tuple[Step, int | str | None]],
    three: list[tuple[Step, int | str | None]],
) -> None:
    parts = [counted(one), counted(two), counted(three)]
    left = reduce(add, parts)
    right = parts[0] + (parts[1] + parts[2])
    assert left.counts() == right.counts() == counted(one + two + three).counts()
    assert left.latencies() == right.latencies()


def test_fastest_and_slowest_include_requests_without_a_response() -> None:
    (count,) = counted([(PLAIN, 200), (PLAIN, "lost")]).counts()
    assert count.fastest == pytest.approx(0.001)
    assert count.slowest == pytest.approx(0.5)
    (count,) = counted([(PLAIN, None)]).counts()
    assert (count.fastest, count.slowest) == (None, None)


def test_a_business_refusal_is_neither_success_nor_failure() -> None:
    (count,) = counted([(COOK, 200), (COOK, 400), (COOK, 500)]).counts()
    assert (count.reached, count.business, count.failed) == (3, 1, 1)
    assert count.errors == {"HTTP 500": 1}


def test_an_unexpected_400_is_a_failure() -> None:
    (count,) = counted([(PLAIN, 400)]).counts()
    assert (count.business, count.failed) == (0, 1)


def test_a_request_without_a_response_is_abandoned_and_counted_by_its_error() -> None:
    (count,) = counted([(PLAIN, "lost"), (PLAIN, None)]).counts()
    assert (count.started, count.abandoned, count.failed) == (2, 2, 1)
    assert count.errors == {"TimeoutError": 1}


def test_requests_without_a_response_count_with_their_waiting_time() -> None:
    counters = TargetCounters()
    for _ in range(990):
        counters.begin(PLAIN).count_response(PLAIN, 200, None, 0.01, 0.0)
    for _ in range(11):
        counters.begin(PLAIN).count_error(TimeoutError(), 60.0, 0.5)
    (sent,), (due,) = counters.latencies(), counters.latencies_from_intended()
    assert sent.count == due.count == 1001
    assert sent.p99 == pytest.approx(60, rel=1e-3)
    assert due.maximum == pytest.approx(60.5)


def test_response_time_from_the_due_moment_includes_lateness() -> None:
    counters = TargetCounters()
    for late in (0.0, 0.4, 1.1):
        counters.begin(PLAIN).count_response(PLAIN, 200, None, 0.01, late)
    (sent,), (due,) = counters.latencies(), counters.latencies_from_intended()
    assert (sent.mean, sent.maximum) == pytest.approx((0.01, 0.01))
    assert (due.mean, due.maximum) == pytest.approx((0.51, 1.11))


@pytest.mark.parametrize(
    ("status", "content_type", "by_handler"),
    [
        (200, "application/json", True),
        (400, "application/problem+json", True),
        (500, None, True),
        (404, "application/problem+json; charset=utf-8", True),
        (404, "Application/Problem+JSON", True),
        (404, "application/json", False),
        (404, None, False),
        (422, "application/problem+json", False),
        (405, None, False),
        (307, None, False),
    ],
)
def test_only_responses_of_the_handler_reached_the_operation(
    status: int, content_type: str | None, *, by_handler: bool
) -> None:
    assert reached_handler(status, content_type) is by_handler


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (Answer(200, b'{"id": "a"}'), {"id": "a"}),
        (Answer(200, b"<html>"), None),
        (Answer(200, b"\xff"), None),
        (Answer(200, None), None),
        (Answer(400, b'{"id": "a"}'), None),
        (Answer(0, None), None),
    ],
)
def test_only_a_success_with_json_in_it_is_read(answer: Answer, read: object) -> None:
    assert answer.json() == read


def test_an_event_is_counted_by_what_it_tells() -> None:
    step = TargetCounters().step("rpc Call", None)
    step.count_event(0, None, 0.002)
    step.count_event(None, ValueError("UNAVAILABLE"), 0.5)
    step.count_event(503, ValueError("x"), None)
    step.count_event(200, None, None)
    counts = step.record("rpc Call")
    assert (counts.started, counts.reached, counts.failed, counts.abandoned) == (4, 3, 2, 1)
    assert counts.statuses == {"0": 1, "200": 1, "503": 1}
    assert counts.errors == {"HTTP 503": 1, "ValueError": 1}
    assert (counts.fastest, counts.slowest) == (0.002, 0.5)
