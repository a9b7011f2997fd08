"""Capacities on disk: what is written is read again, and what cannot be read is told in a line."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import capacity_file
from analysis.capacity import Capacity, Conditioned, Probe
from analysis.errors import BaselineMissingError, UnreadableBaselineError
from tests.analysis.conftest import environment

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
FOUND = Conditioned(Capacity(100.0, 104.0, (Probe(100.0, held=True),), complete=True), {"scenario": "mario"})


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Baselines of these tests are in a folder of their own."""
    monkeypatch.setattr(capacity_file, "ROOT", tmp_path / "capacity")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is written over."""
    return tmp_path_factory.mktemp("any") / "capacity.json"


@given(capacity=CAPACITIES, conditions=st.dictionaries(st.text(), st.text()))
def test_what_is_written_is_read_again(path: Path, capacity: Capacity, conditions: dict[str, str]) -> None:
    found = Conditioned(capacity, conditions)
    capacity_file.write(found, "abc123", path)
    assert capacity_file.load(path) == found


def test_the_file_has_the_revision_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep/down/capacity.json"
    capacity_file.write(FOUND, "abc123", path)
    content = json.loads(path.read_text())
    assert (content["schema_version"], content["revision"], content["rate"]) == (1, "abc123", 100.0)
    assert list(path.parent.iterdir()) == [path]


def test_environments_have_files_of_their_own_and_one_alone_is_found_from_elsewhere() -> None:
    here, there = environment(), environment(cores=64)
    assert capacity_file.path_for("mario", here) != capacity_file.path_for("mario", there)
    capacity_file.write(FOUND, None, capacity_file.path_for("mario", there))
    assert capacity_file.find("mario", here) == capacity_file.path_for("mario", there)
    capacity_file.write(FOUND, None, capacity_file.path_for("mario", here))
    assert capacity_file.find("mario", here) == capacity_file.path_for("mario", here)


def test_conditions_tell_environments_and_loads_apart() -> None:
    own = capacity_file.conditions(environment(), {"arrivals": "poisson"})
    assert own == capacity_file.conditions(environment(load_average=(9, 9, 9)), {"arrivals": "poisson"})
    assert own != capacity_file.conditions(environment(cores=64), {"arrivals": "poisson"})
    assert own != capacity_file.conditions(environment(), {"arrivals": "constant"})


def test_a_capacity_that_is_missing_is_told_with_how_to_store_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissingError, match=r"nowhere.json: no capacity .*capacity --keep"):
        capacity_file.load(tmp_path / "nowhere.json")
    with pytest.raises(BaselineMissingError, match=r"none of this environment.*capacity --keep"):
        capacity_file.find("mario", environment())


@pytest.mark.parametrize(
    ("spoilt", "place"),
    [
        ({"rate": -1}, "rate"),
        ({"schema_version": 2}, "schema_version"),
        ({"speed": 1}, "speed"),
        (None, "file"),
    ],
)
def test_a_damaged_file_is_told_with_where_it_is_damaged(
    tmp_path: Path, spoilt: dict[str, object] | None, place: str
) -> None:
    path = tmp_path / "capacity.json"
    capacity_file.write(FOUND, None, path)
    path.write_text("no json" if spoilt is None else json.dumps(json.loads(path.read_text()) | spoilt))
    with pytest.raises(UnreadableBaselineError, match=rf"capacity.json: no capacity of schema 1 \({place}: "):
        capacity_file.load(path)
