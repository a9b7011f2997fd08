"""What a user asks for depends on the seed and its index, and is the same on both sides of a duet."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from order_tracker import MAXIMUM_ACTIVE

from tests.system.load.conftest import Load, stubbed

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Played:
    """A run on stub services, and each of their requests: side, method, path, body."""

    load: Load
    requests: list[tuple[int, str, str, Any]]

    @property
    def placed(self) -> Counter[int]:
        """Orders by side."""
        orders = (side for side, method, path, _ in self.requests if (method, path) == ORDER)
        return Counter(orders)

    @property
    def delivered(self) -> Counter[int]:
        """Deliveries by side, done or tried."""
        return Counter(side for side, _, path, body in self.requests if is_delivery(path, body))


ORDER = ("POST", "/api/orders/")


def is_delivery(path: str, body: Any) -> bool:
    return path.endswith("/status") and body == {"status": "delivered"}


def played(folder: Path, sides: int, *words: str, flags: tuple[str, ...] = ()) -> Played:
    load = Load(folder)
    with stubbed(folder, sides, *flags) as stub:
        candidate, *baseline = stub.urls
        duet = ("--duet", *baseline) if baseline else ()
        code, output = load.run("-H", candidate, *duet, *words)
        assert code == 0, output
        return Played(load, stub.requests)


@pytest.fixture(scope="module")
def duet(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return played(tmp_path_factory.mktemp("duet"), 2, "-u", "1", "-t", "2s", "--seed", "7")


@pytest.fixture(scope="module")
def half_failing(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """On one side no order can be given to a courier."""
    few = ("-u", "3", "-r", "3", "-t", "3s", "--think", "0.005:0.01")
    return played(tmp_path_factory.mktemp("half"), 2, *few, flags=("--half-failing",))


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Without managers, and without looks at a tour."""
    words = ("-u", "2", "-r", "2", "-t", "2s", "--think", "0.005:0.01", "--exclude-tags", "manager", "tour")
    return played(tmp_path_factory.mktemp("tagged"), 1, *words)


def test_the_same_seed_gives_the_same_requests_at_any_think_time(tmp_path: Path, duet: Played) -> None:
    """And whether to one service or to two."""
    one = played(tmp_path, 1, "-u", "1", "-t", "2s", "--seed", "7", "--think", "0.005:0.01")
    first, second = ([each[1:] for each in done.requests if each[0] == 0] for done in (one, duet))
    common = min(len(first), len(second))
    assert common > 30
    assert first[:common] == second[:common]


def test_a_duet_sends_each_step_to_both_sides_in_random_order(duet: Played) -> None:
    pairs = list(zip(duet.requests[::2], duet.requests[1::2], strict=False))
    assert len(pairs) > 30
    for (one, *first), (other, *second) in pairs:
        assert {one, other} == {0, 1}
        assert re.sub("side.", "", str(first)) == re.sub("side.", "", str(second))
    candidate_first = Counter(first[0] == 0 for first, _ in pairs)
    assert candidate_first[True] > 5
    assert candidate_first[False] > 5


def test_a_side_of_a_duet_gets_only_its_own_order_ids(duet: Played) -> None:
    mentioned = [
        (side, named[1]) for side, _, path, _ in duet.requests if (named := re.search("side(.)", path))
    ]
    assert mentioned
    assert all(side == int(named) for side, named in mentioned)


def test_one_side_goes_on_when_the_other_fails(half_failing: Played) -> None:
    assert half_failing.delivered[1] > half_failing.delivered[0] == 0
    assert any("the sides differed" in warning for warning in half_failing.load.record["warnings"])


def test_active_orders_stay_bounded_even_when_orders_get_stuck(half_failing: Played) -> None:
    """On the failing side none is ever delivered, so that it has as many as there may be; users go on."""
    assert half_failing.placed[0] == 3 * MAXIMUM_ACTIVE
    assert len(half_failing.requests) > 20 * half_failing.placed[0]


def test_a_service_without_metrics_is_recorded_without_scrapes(duet: Played) -> None:
    assert duet.load.record["scrape_interval"] is None
    assert any("--metrics-path" in warning for warning in duet.load.record["warnings"])
    assert [path.name for path in (duet.load.runs / "latest").iterdir()] == ["run.json"]


def test_a_delivered_order_makes_room_for_another(tagged: Played) -> None:
    active, most = 0, 0
    for _, method, path, body in tagged.requests:
        active += ((method, path) == ORDER) - is_delivery(path, body)
        most = max(most, active)
    assert most <= 2 * MAXIMUM_ACTIVE
    assert tagged.delivered[0] > 2 * MAXIMUM_ACTIVE


def test_tags_leave_out_a_role_or_a_single_step(tagged: Played) -> None:
    paths = {path.partition("?")[0] for _, _, path, _ in tagged.requests}
    assert "/api/delivery/ready" in paths
    assert "/api/delivery/tour" not in paths
    assert ("GET", "/api/orders/") not in {(method, path) for _, method, path, _ in tagged.requests}
