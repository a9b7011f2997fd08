"""A user who loads both sides of a duet: what each side gets, and what is reported of it."""

from collections.abc import Callable, Mapping
from typing import Any

import gevent
import pytest
from gevent.event import AsyncResult
from locust.env import Environment

from mario_perf.load.steps import Step
from mario_perf.load.users.measured_user import MeasuredUser
from mario_perf.load.users.rapid_http_session import RapidHttpSession
from mario_perf.load.users.user_group import UserGroup
from mario_perf.load.users.user_state import UserState
from mario_perf.run_record import Side
from tests.load.option_parsing import options, resolved

Factory = Callable[..., Any]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LOOK = Step("look", "LookQuery", "GET")


class Coordinator:
    """Takes users into one group."""

    def __init__(self, group: UserGroup) -> None:
        self._group = group

    def new_user(self, clients: Mapping[Side, RapidHttpSession]) -> UserState:
        return self._group.new_user(clients, frozenset())


def look(candidate: str, baseline: str) -> list[dict[str, Any]]:
    """Send one step to both sides, and give the request events."""
    environment = Environment(parsed_options=resolved("--duet", baseline))
    events: list[dict[str, Any]] = []
    environment.events.request.add_listener(  # type: ignore[no-untyped-call]
        lambda **event: events.append(event)
    )
    coordinator: AsyncResult[Coordinator] = AsyncResult()
    coordinator.set(Coordinator(UserGroup(options("--duet", baseline), candidate)))
    mario = type("Mario", (MeasuredUser,), {"host": candidate, "coordinator": coordinator})(environment)

    def visit() -> None:
        mario.on_start()
        mario.session.step(LOOK, "/menu?size=L")

    gevent.spawn(visit).get(timeout=20)
    mario._own_pool.close()
    return events


@pytest.mark.parametrize("tail", ["", "/", "/under"])
def test_each_side_is_asked_below_its_own_url(serve: Factory, tail: str) -> None:
    candidate, baseline = (serve([["read"], ["send", OK], ["hold"]]) for _ in range(2))
    events = look(candidate.url + tail, baseline.url + tail)
    base = tail.rstrip("/")
    for server in (candidate, baseline):
        assert server.connections[0].startswith(b"GET %b/menu?size=L HTTP/1.1\r\n" % base.encode())
    assert {(event["name"], event["url"]) for event in events} == {
        ("candidate: look", f"{candidate.url}{base}/menu?size=L"),
        ("baseline: look", f"{baseline.url}{base}/menu?size=L"),
    }


def test_each_side_gets_its_own_credentials_and_nobody_is_told_them(serve: Factory) -> None:
    candidate, baseline = (serve([["read"], ["send", OK], ["hold"]]) for _ in range(2))
    events = look(candidate.url.replace("//", "//mario:peach@"), baseline.url.replace("//", "//luigi:daisy@"))
    assert b"Authorization: Basic bWFyaW86cGVhY2g=\r\n" in candidate.connections[0]
    assert b"Authorization: Basic bHVpZ2k6ZGFpc3k=\r\n" in baseline.connections[0]
    assert {event["url"] for event in events} == {
        f"{candidate.url}/menu?size=L",
        f"{baseline.url}/menu?size=L",
    }


def test_credentials_of_one_side_do_not_go_to_the_other(serve: Factory) -> None:
    candidate, baseline = (serve([["read"], ["send", OK], ["hold"]]) for _ in range(2))
    look(candidate.url.replace("//", "//mario:peach@"), baseline.url)
    assert b"Authorization" in candidate.connections[0]
    assert b"Authorization" not in baseline.connections[0]
