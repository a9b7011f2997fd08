"""What a user asks for depends on the seed and its index, and is the same on both sides of a duet."""

import re
from collections import Counter
from typing import Any

import pytest
from order_tracker import MAXIMUM_ACTIVE

pytestmark = pytest.mark.e2e


def requests_of(stub: Any) -> list[tuple[str, str, Any]]:
    return [(method, path, body) for _, method, path, body in stub.requests]


def is_delivery(path: str, body: Any) -> bool:
    return path.endswith("/status") and body == {"status": "delivered"}


def one_user(load: Any, stub: Any, seed: str, think: str) -> list[tuple[str, str, Any]]:
    load.run("-H", stub.urls[0], "-u", "1", "-t", "2s", "--seed", seed, "--think", think)
    return requests_of(stub)


def test_the_same_seed_gives_the_same_requests_at_any_think_time(stub: Any, load: Any) -> None:
    first = one_user(load, stub(1), "7", "0.005:0.01")
    second = one_user(load, stub(1), "7", "0.01:0.03")
    other = one_user(load, stub(1), "8", "0.01:0.03")
    common = min(len(first), len(second))
    assert common > 30
    assert first[:common] == second[:common]
    assert other[:common] != second[:common]


def test_a_duet_sends_each_step_to_both_sides_in_random_order(stub: Any, load: Any) -> None:
    service = stub(2)
    candidate, baseline = service.urls
    load.run("-H", candidate, "--duet", baseline, "-u", "1", "-t", "2s")
    pairs = list(zip(service.requests[::2], service.requests[1::2], strict=False))
    assert len(pairs) > 30
    for (one, *first), (other, *second) in pairs:
        assert {one, other} == {0, 1}
        assert re.sub("side.", "", str(first)) == re.sub("side.", "", str(second))
    candidate_first = Counter(first[0] == 0 for first, _ in pairs)
    assert candidate_first[True] > 5
    assert candidate_first[False] > 5


def test_a_side_of_a_duet_gets_only_its_own_order_ids(stub: Any, load: Any) -> None:
    service = stub(2)
    load.run("-H", service.urls[0], "--duet", service.urls[1], "-u", "2", "-r", "2", "-t", "2s")
    mentioned = [
        (side, named[1]) for side, _, path, _ in service.requests if (named := re.search("side(.)", path))
    ]
    assert mentioned
    assert all(side == int(named) for side, named in mentioned)


def test_one_side_goes_on_when_the_other_fails(stub: Any, load: Any) -> None:
    service = stub(2, "--half-failing")
    load.run("-H", service.urls[0], "--duet", service.urls[1], "-u", "3", "-r", "3", "-t", "3s")
    delivered = Counter(side for side, _, path, body in service.requests if is_delivery(path, body))
    assert delivered[1] > delivered[0] == 0
    assert any("the sides differed" in warning for warning in load.record["warnings"])


@pytest.mark.parametrize("flag", ["--jam", "--half-failing"])
def test_active_orders_stay_bounded_even_when_orders_get_stuck(stub: Any, load: Any, flag: str) -> None:
    service = stub(1, flag)
    load.run("-H", service.urls[0], "-u", "5", "-r", "5", "-t", "3s", "--think", "0.005:0.01")
    placed = sum((method, path) == ("POST", "/api/orders/") for method, path, _ in requests_of(service))
    assert placed == 5 * MAXIMUM_ACTIVE  # nothing is ever delivered, and users went on looking
    assert len(service.requests) > 20 * placed


def test_a_delivered_order_makes_room_for_another(stub: Any, load: Any) -> None:
    service = stub(1)
    load.run("-H", service.urls[0], "-u", "2", "-r", "2", "-t", "3s", "--think", "0.005:0.01")
    active, most = 0, 0
    for method, path, body in requests_of(service):
        if (method, path) == ("POST", "/api/orders/"):
            active += 1
        elif is_delivery(path, body):
            active -= 1
        most = max(most, active)
    assert most <= 2 * MAXIMUM_ACTIVE
    assert sum(is_delivery(path, body) for _, path, body in requests_of(service)) > 2 * MAXIMUM_ACTIVE


def test_tags_leave_out_a_role_or_a_single_step(stub: Any, load: Any) -> None:
    service = stub(1)
    load.run("-H", service.urls[0], "-u", "2", "-r", "2", "-t", "2s", "--exclude-tags", "manager", "tour")
    paths = {path.partition("?")[0] for _, path, _ in requests_of(service)}
    assert "/api/delivery/ready" in paths
    assert "/api/delivery/tour" not in paths
    assert ("GET", "/api/orders/") not in {(method, path) for method, path, _ in requests_of(service)}
