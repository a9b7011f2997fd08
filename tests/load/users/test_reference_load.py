"""The reference gets a small share of the requests, between journeys."""

import gevent
import pytest

from mario_perf.load.users import reference_load
from mario_perf.load.users.reference_load import GAP, STEPS, ReferenceLoad
from mario_perf.load.users.user_group import UserGroup
from tests.load.option_parsing import options


def test_ten_steps_go_to_the_service_for_one_request_to_the_reference() -> None:
    load = ReferenceLoad("http://127.0.0.1:1")
    load.steps = STEPS - 1
    assert not load.take()
    load.steps += 1
    assert (load.take(), load.steps) == (True, 0)


def test_however_many_users_there_are_it_gets_twenty_requests_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(reference_load, "perf_counter", lambda: now)
    load = ReferenceLoad("http://127.0.0.1:1")
    taken = 0
    for _ in range(10_000):
        load.steps += STEPS
        taken += load.take()
        now += 0.001
    assert taken == pytest.approx(10.0 / GAP, rel=0.05)


@pytest.mark.usefixtures("virtual_time")
def test_what_the_reference_was_sent_is_counted_apart_from_the_service() -> None:
    group = UserGroup(options("--reference", "http://127.0.0.1:2/"), "http://127.0.0.1:1")
    assert group.reference is not None
    group.reference.target.begin(ReferenceLoad.step, None)
    group.open_window()
    group.reference.target.begin(ReferenceLoad.step, None)
    gevent.sleep(0)
    (report,) = group.reports()
    assert report.of_services == (report.window["candidate"],)
    assert [counts.started for counts in report.window["reference"].counts()] == [1]
    assert [target.side for target in group.targets] == ["candidate"]


@pytest.mark.parametrize(("given", "url"), [("auto", None), ("off", None), ("http://a:1/", "http://a:1")])
def test_only_a_url_is_known_before_the_run(given: str, url: str | None) -> None:
    assert options("--reference", given).reference == url


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options("--reference", "yes")
    assert "give auto, off, or the URL of one" in capsys.readouterr().err
