"""What users tell the crew when they come, go, and are given up on."""

import gevent
import pytest

from mario_perf.load.arrivals.shared_iterations import Plan
from mario_perf.load.steps import Step
from mario_perf.load.users.user_group import Crew
from tests.loadtests.option_parsing import options

LOOK = Step("look", "LookQuery", "GET")

pytestmark = pytest.mark.usefixtures("virtual_time")


def test_a_user_who_goes_amid_a_journey_of_the_plan_ends_it_unmade() -> None:
    ends: list[str] = []
    crew = Crew(options(), "http://127.0.0.1:1", plan=Plan(lambda: ends.append("end")))
    crew.deal(["a", "b"])
    stays, goes = (crew.seat({}, frozenset()) for _ in range(2))
    assert (stays.deal(), goes.deal()) == ("a", "b")
    goes.leave()
    assert ends == []
    stays.wait_for_next()
    stays.leave()
    (report,) = crew.reports()
    assert (report.planned_made, ends) == (1, ["end"])


def test_a_user_who_goes_amid_a_journey_that_arrived_is_at_work_no_longer() -> None:
    crew = Crew(options("--rate", "1000", "--arrivals", "constant"), "http://127.0.0.1:1")
    seat = crew.seat({}, frozenset())
    at_work = gevent.spawn(seat.wait_for_start)
    crew.set_out(60.0)
    at_work.join()
    seat.leave()
    seat.leave()
    (report,) = crew.reports()
    crew.close()
    assert report.ledger is not None
    assert (report.ledger.finished, report.ledger.under_way_at_end) == (0, 0)


def test_who_still_waits_for_an_answer_in_the_end_has_waited_that_long_and_is_counted_once() -> None:
    crew = Crew(options(), "http://127.0.0.1:1")
    (target,) = crew.targets
    waiting = target.begin(LOOK, 0.25)
    gevent.sleep(0.05)
    (report,) = crew.reports()
    assert not target.end(waiting)
    target.begin(LOOK, 0.0)
    (sent,), (due,) = (
        report.warm_up["candidate"].latencies(),
        report.warm_up["candidate"].latencies_from_intended(),
    )
    assert sent.count == due.count == 1
    assert sent.maximum == pytest.approx(0.05, rel=0.01)
    assert due.maximum == pytest.approx(0.05 + 0.25, rel=0.01)
    (counts,) = report.warm_up["candidate"].counts()
    assert (counts.started, counts.abandoned, counts.failed) == (1, 1, 0)


def test_a_request_that_was_broken_off_is_no_longer_waited_for() -> None:
    crew = Crew(options(), "http://127.0.0.1:1")
    (target,) = crew.targets
    assert target.end(target.begin(LOOK, None))
    (report,) = crew.reports()
    assert report.warm_up["candidate"].latencies() == ()


def test_every_crew_knows_how_many_there_are() -> None:
    crew = Crew(options(), "http://127.0.0.1:1")
    seat = crew.seat({}, frozenset())
    assert seat.crew.part.of == 1
    crew.take(1, 3, 0.0)
    assert seat.crew.part.of == 3


def test_no_two_users_of_a_run_are_the_same() -> None:
    """Those of the first process are who they are when it is the only one."""
    crews = [Crew(options(), "http://127.0.0.1:1", index) for index in range(3)]
    users = [[crew.seat({}, frozenset()).index for _ in range(4)] for crew in crews]
    assert users[0] == [0, 1, 2, 3]
    assert len({index for indexes in users for index in indexes}) == 12


def test_nothing_arrives_before_users_are_ready() -> None:
    crew = Crew(options("--rate", "1"), "http://127.0.0.1:1")
    first, second = (crew.seat({}, frozenset()) for _ in range(2))
    gathering = gevent.spawn(crew.gather, 2, 60.0)
    come = gevent.spawn(first.wait_for_start)
    gevent.sleep(0.05)
    assert not gathering.ready()
    late = gevent.spawn(second.wait_for_start)
    with gevent.Timeout(30):
        gathering.join()
    first.leave()
    assert crew.present == 1
    gevent.killall([come, late])
