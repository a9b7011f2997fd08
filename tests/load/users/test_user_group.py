"""A group counts its users and their requests, also those that end early."""

import gevent
import pytest

from mario_perf.load.arrivals.arrival_schedule import Share
from mario_perf.load.arrivals.shared_iterations import SharedIterations
from mario_perf.load.options.run_options import Options
from mario_perf.load.record import generator_health
from mario_perf.load.steps import Step
from mario_perf.load.users.user_group import UserGroup
from tests.load.option_parsing import options, resolved
from tests.load.virtual_time import VirtualTime

LOOK = Step("look", "LookQuery", "GET")

pytestmark = pytest.mark.usefixtures("virtual_time")


def test_a_shared_journey_is_not_completed_when_its_user_leaves() -> None:
    ends: list[str] = []
    group = UserGroup(
        options(), "http://127.0.0.1:1", iterations=SharedIterations(lambda: ends.append("end"))
    )
    group.assign_iterations(["a", "b"])
    stays, goes = (group.new_user({}, frozenset()) for _ in range(2))
    assert (stays.take_iteration(), goes.take_iteration()) == ("a", "b")
    goes.leave()
    assert ends == []
    stays.wait_for_next()
    stays.leave()
    (report,) = group.reports()
    assert (report.completed_iterations, ends) == (1, ["end"])


def test_a_user_who_leaves_during_a_journey_is_not_busy() -> None:
    group = UserGroup(options("--rate", "1000", "--arrivals", "constant"), "http://127.0.0.1:1")
    user = group.new_user({}, frozenset())
    at_work = gevent.spawn(user.wait_for_start)
    group.start_arrivals(60.0)
    at_work.join()
    user.leave()
    user.leave()
    (report,) = group.reports()
    group.stop()
    assert report.arrivals is not None
    assert (report.arrivals.finished, report.arrivals.under_way_at_end) == (0, 0)


def test_a_request_in_flight_at_the_end_counts_once_with_its_waiting_time() -> None:
    group = UserGroup(options(), "http://127.0.0.1:1")
    (target,) = group.targets
    request = target.begin(LOOK, 0.25)
    gevent.sleep(0.05)
    (report,) = group.reports()
    assert not target.end(request)
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


def test_an_interrupted_request_has_no_response_time() -> None:
    group = UserGroup(options(), "http://127.0.0.1:1")
    (target,) = group.targets
    assert target.end(target.begin(LOOK, None))
    (report,) = group.reports()
    assert report.warm_up["candidate"].latencies() == ()


def test_each_group_knows_the_number_of_processes() -> None:
    group = UserGroup(options(), "http://127.0.0.1:1")
    user = group.new_user({}, frozenset())
    assert user.group.share.count == 1
    group.set_share(Share(1, 3), 0.0)
    assert user.group.share.count == 3


def test_each_user_of_a_run_has_its_own_index() -> None:
    """Those of the first process are who they are when it is the only one."""
    groups = [UserGroup(options(), "http://127.0.0.1:1", index) for index in range(3)]
    users = [[group.new_user({}, frozenset()).index for _ in range(4)] for group in groups]
    assert users[0] == [0, 1, 2, 3]
    assert len({index for indexes in users for index in indexes}) == 12


def test_the_generator_is_measured_while_requests_may_begin(
    virtual_time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At an edge it waits for answers: that is no spare time."""
    needed = iter((5.0, 6.5))
    monkeypatch.setattr(generator_health, "_needed", lambda: next(needed))
    group = UserGroup(options(), "http://127.0.0.1:1")
    group.open_window()
    virtual_time.sleep(2.0)
    group.quiesce(1.0)
    virtual_time.sleep(30.0)
    (report,) = group.reports()
    assert report.generator.cpu_utilisation == pytest.approx(0.75)


def test_another_seed_draws_other_journeys_and_pauses() -> None:
    users = [
        UserGroup(options("--seed", seed), "http://127.0.0.1:1").new_user({}, frozenset())
        for seed in ("7", "7", "8")
    ]
    journeys, pauses = ([getattr(user, name).random() for user in users] for name in ("random", "pauses"))
    assert journeys[0] == journeys[1] != journeys[2]
    assert pauses[0] == pauses[1] != pauses[2]


def test_nothing_arrives_before_users_are_ready() -> None:
    group = UserGroup(options("--rate", "1"), "http://127.0.0.1:1")
    first, second = (group.new_user({}, frozenset()) for _ in range(2))
    gathering = gevent.spawn(group.wait_for_users, 2, 60.0)
    come = gevent.spawn(first.wait_for_start)
    gevent.sleep(0.05)
    assert not gathering.ready()
    late = gevent.spawn(second.wait_for_start)
    with gevent.Timeout(30):
        gathering.join()
    first.leave()
    assert group.ready_users == 1
    gevent.killall([come, late])


def turn_taking(*words: str) -> UserGroup:
    words = ("--duet", "http://127.0.0.1:2", "--rate", "100", "--window", "8", "--alternate", "0.5", *words)
    known = resolved(*words, master=False, worker=False, processes=None)
    return UserGroup(Options.from_parsed(known), "http://127.0.0.1:1")


def visit(group: UserGroup, begun: list[tuple[str, float]], clock: VirtualTime) -> None:
    """A user whose journeys take 30 ms each."""
    user = group.new_user({}, frozenset())
    user.wait_for_start()
    while True:
        begun.append((user.session.sides[0], clock.read()))
        gevent.sleep(0.03)
        user.wait_for_next()


def test_builds_that_take_turns_get_the_same_arrivals_one_at_a_time(virtual_time: VirtualTime) -> None:
    group = turn_taking()
    begun: list[tuple[str, float]] = []
    for _ in range(40):
        gevent.spawn(visit, group, begun, virtual_time)
    gevent.sleep(0.01)
    group.start_arrivals(60.0)
    gevent.sleep(1.0)
    assert begun == []
    turns = []
    for side in (0, 1, 1, 0):
        start = virtual_time.read()
        group.begin_turn(side)
        gevent.sleep(0.5)
        assert group.end_turn(5.0)
        turns.append([(each, at - start) for each, at in begun if at >= start])
    group.stop()
    assert [{side for side, _ in each} for each in turns] == [
        {"baseline"},
        {"candidate"},
        {"candidate"},
        {"baseline"},
    ]
    first, second = ([at for _, at in turns[0] + turns[3]], [at for _, at in turns[1] + turns[2]])
    assert first == pytest.approx(second, abs=1e-3)
    assert len(first) > 50


def test_a_turn_ends_when_its_journeys_have_ended(virtual_time: VirtualTime) -> None:
    group = turn_taking("--arrivals", "constant")
    begun: list[tuple[str, float]] = []
    for _ in range(40):
        gevent.spawn(visit, group, begun, virtual_time)
    gevent.sleep(0.01)
    group.start_arrivals(60.0)
    group.begin_turn(0)
    gevent.sleep(0.5)
    assert not group.end_turn(0.001)
    assert group.end_turn(5.0)
    assert virtual_time.read() - begun[-1][1] == pytest.approx(0.03, abs=0.005)
    assert (group.finished(0), group.finished(1)) == (len(begun), 0)
    (report,) = group.reports()
    group.stop()
    assert report.arrivals is not None
    assert report.arrivals.finished == report.arrivals.offered == report.arrivals.due == len(begun)
