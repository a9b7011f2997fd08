"""Capacities on disk: what is written is read again, and what cannot be read is told in a line."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.capacity import capacity_file
from mario_perf.capacity.capacity_change import MAX_SEARCHES, SearchResult
from mario_perf.capacity.rate_search import Capacity, Probe
from mario_perf.errors import BaselineMissingError, UnreadableBaselineError
from tests.simulated_runs import environment

if TYPE_CHECKING:
    from pathlib import Path

RATES = st.floats(min_value=0.1, max_value=1e5)
CAPACITIES = st.builds(
    Capacity,
    rate=st.none() | RATES,
    failed=st.just(math.inf) | RATES,
    probes=st.lists(st.builds(Probe, RATES, st.booleans(), st.tuples(st.text()))).map(tuple),
    complete=st.booleans(),
)
SEARCHES = st.lists(
    st.builds(SearchResult, CAPACITIES, st.dictionaries(st.text(), st.text()), st.none() | st.text()),
    min_size=1,
    max_size=3,
)


def found(rate: float = 100.0) -> SearchResult:
    capacity = Capacity(rate, rate + 4, (Probe(rate, held=True),), complete=True)
    return SearchResult(capacity, {"scenario": "mario"}, "abc123")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Baselines of these tests are in a folder of their own."""
    monkeypatch.setattr(capacity_file, "ROOT", tmp_path / "capacity")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is written over."""
    return tmp_path_factory.mktemp("any") / "capacity.json"


@given(SEARCHES)
def test_what_is_written_is_read_again(path: Path, searches: list[SearchResult]) -> None:
    capacity_file.write(searches, path)
    assert capacity_file.load(path) == tuple(searches)


def test_the_file_has_the_revision_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep/down/capacity.json"
    capacity_file.write([found()], path)
    content = json.loads(path.read_text())
    (search,) = content["searches"]
    assert (content["schema_version"], search["revision"], search["rate"]) == (2, "abc123", 100.0)
    assert list(path.parent.iterdir()) == [path]


def test_what_is_kept_is_added_and_the_newest_stay(tmp_path: Path) -> None:
    path = tmp_path / "capacity.json"
    assert capacity_file.keep([found(1), found(2)], path) == (found(1), found(2))
    kept = capacity_file.keep([found(rate) for rate in range(3, MAX_SEARCHES + 2)], path)
    assert kept == tuple(found(rate) for rate in range(2, MAX_SEARCHES + 2))
    assert capacity_file.load(path) == kept


def test_environments_have_files_of_their_own_and_one_alone_is_found_from_elsewhere() -> None:
    here, there = environment(), environment(cores=64)
    assert capacity_file.path_for("mario", here) != capacity_file.path_for("mario", there)
    capacity_file.write([found()], capacity_file.path_for("mario", there))
    assert capacity_file.find("mario", here) == capacity_file.path_for("mario", there)
    capacity_file.write([found()], capacity_file.path_for("mario", here))
    assert capacity_file.find("mario", here) == capacity_file.path_for("mario", here)


def test_conditions_tell_environments_and_loads_apart() -> None:
    own = capacity_file.conditions(environment(), {"arrivals": "poisson"})
    assert own == capacity_file.conditions(environment(load_average=(9, 9, 9)), {"arrivals": "poisson"})
    assert own != capacity_file.conditions(environment(cores=64), {"arrivals": "poisson"})
    assert own != capacity_file.conditions(environment(), {"arrivals": "constant"})


def test_a_capacity_that_is_missing_is_told_with_how_to_store_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissingError, match=r"nowhere.json: no stored capacity .*capacity --keep"):
        capacity_file.load(tmp_path / "nowhere.json")
    with pytest.raises(BaselineMissingError, match=r"none of this environment.*capacity --keep"):
        capacity_file.find("mario", environment())


@pytest.mark.parametrize(
    ("spoilt", "place"),
    [
        ({"searches": [{"rate": -1}]}, "searches.0.rate"),
        ({"searches": []}, "searches"),
        ({"schema_version": 1}, "schema_version"),
        ({"speed": 1}, "speed"),
        (None, "file"),
    ],
)
def test_a_damaged_file_is_told_with_where_it_is_damaged(
    tmp_path: Path, spoilt: dict[str, object] | None, place: str
) -> None:
    path = tmp_path / "capacity.json"
    capacity_file.write([found()], path)
    path.write_text("no json" if spoilt is None else json.dumps(json.loads(path.read_text()) | spoilt))
    with pytest.raises(UnreadableBaselineError, match=rf"capacity.json: no capacity of schema 2 \({place}: "):
        capacity_file.load(path)
