"""Load generators, really run against servers of known response times, and the pizzeria."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from benchmarks.load import delaying, generators, locusts, servers
from benchmarks.load.accuracy import GENERATORS, truth
from benchmarks.load.asking import Asked
from benchmarks.load.catalogue import ALL
from benchmarks.load.races import Race

ROUNDED = 0.001
"""Seconds to which some of them round."""


@pytest.mark.e2e
@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.name)
def test_none_says_less_than_the_server_really_waited(generator: generators.Generator) -> None:
    """Nobody can have waited for less, however busy the machine is."""
    if not generator.installed:
        pytest.skip(f"{generator.name} is not installed")
    rate = 50.0 if generator is generators.OURS else None
    with servers.delaying() as url:
        done = generator.ask(Asked(f"{url}/delayed", 1, 5, rate))
        log = delaying.log(url)
    assert done.requests > 0
    assert done.cpu > 0
    assert done.quantiles["p50"] > truth(log, *(done.window or (0.0, float("inf"))))["p50"] - ROUNDED


@pytest.mark.e2e
@pytest.mark.parametrize(
    "generator", [generators.MARIO, generators.MARIO_ON_FAST], ids=lambda each: each.name
)
def test_marios_journeys_are_played_through_either_client(generator: generators.Generator) -> None:
    """A failed request would end it."""
    with servers.pizzeria() as url:
        assert generator.ask(Asked(url, 1, 3)).requests > 0


@pytest.mark.e2e
@pytest.mark.skipif(not servers.NGINX.installed, reason="nginx is not installed")
def test_marios_journeys_get_as_far_with_canned_answers() -> None:
    with servers.nginx() as url:
        assert locusts.mario("Mario", Asked(url, 1, 3)).requests > 0


@pytest.mark.skipif(not servers.NGINX.installed, reason="nginx is not installed")
def test_a_server_repeats_its_heads_within_a_second_or_numbers_them() -> None:
    with servers.nginx() as url, httpx.Client() as client:
        for path, heads in ((servers.NGINX.path, 1), (servers.NUMBERED.path, 5)):
            answers = [client.get(f"{url}{path}") for _ in range(5)]
            assert len({tuple(_without_date(answer)) for answer in answers}) == heads
            assert {answer.text for answer in answers} == {'{"status": "healthy"}'}


def _without_date(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name != "date"]


def test_only_what_is_asked_for_the_delay_is_in_the_log() -> None:
    with servers.delaying() as url:
        for path in ("delayed", "metrics", "delayed"):
            assert httpx.get(f"{url}/{path}").text == "ok"
        log = delaying.log(url)
    assert len(log.waited) == len(log.read) == len(log.drawn) == 2
    assert all(waited >= drawn for waited, drawn in zip(log.waited, log.drawn, strict=True))
    assert log.stalls == ()


def test_a_program_that_is_not_there_is_left_out_and_named() -> None:
    absent = replace(generators.HEY, name="absent", program="no-such-program")
    race = Race((absent,), (servers.PIZZERIA,))
    assert race.planned(turns=1, seconds=1) == 0.0
    assert not list(race.measured(turns=1, seconds=1))
    assert race.missing([]) == ["the pizzeria", "absent"]


def test_each_turn_has_another_order_and_the_same_one_whenever_it_is_run() -> None:
    asking = [replace(generators.FAST, name=name) for name in "abcdefgh"]
    orders = [[each.name for each in generators.in_turn(asking, turn)] for turn in range(5)]
    assert orders == [[each.name for each in generators.in_turn(asking, turn)] for turn in range(5)]
    assert {frozenset(order) for order in orders} == {frozenset("abcdefgh")}
    assert len({tuple(order) for order in orders}) == 5
    followed = {name: {order[order.index(name) - 1] for order in orders} for name in "abcdefgh"}
    assert all(len(others) > 1 for others in followed.values())


def test_who_asks_nobody_is_not_compared_where_the_server_sets_the_pace() -> None:
    race = Race((generators.NOTHING, generators.FAST), (servers.PIZZERIA,))
    assert race.planned(turns=2, seconds=3) == 6.0


def test_by_default_all_of_it_is_measured_in_less_than_fourteen_minutes_and_starts_and_ends() -> None:
    assert sum(each.planned(each.turns, each.seconds) for each in ALL) < 840
