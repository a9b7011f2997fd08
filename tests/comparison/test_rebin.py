"""Two sides with different bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.detection.simulation import World, gate
from mario_perf.comparison.rebin import rebin, shared_bounds, to_shared_bounds
from mario_perf.errors import UserError

grid = st.lists(
    st.sampled_from([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0]), min_size=1, unique=True
).map(lambda b: np.array(sorted(b)))


@given(grid, st.data())
def test_rebinning_keeps_every_count_and_where_it_can_be(bounds: np.ndarray, data: st.DataObject) -> None:
    kept = data.draw(
        st.lists(st.sampled_from(list(bounds)), min_size=1, unique=True).map(lambda b: np.array(sorted(b)))
    )
    counts = np.array(
        data.draw(st.lists(st.integers(0, 50), min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    )
    rebinned = rebin(counts, bounds, kept)
    for bound in kept:
        below = counts[:-1][bounds <= bound].sum()
        assert rebinned[:-1][kept <= bound].sum() == below
    assert rebinned.sum() == counts.sum()


def test_bounds_that_differ_by_rounding_are_the_same() -> None:
    assert len(shared_bounds([np.array([0.1, 0.2]), np.array([0.1 + 1e-14, 0.3])])) == 1


def test_sides_that_share_nothing_are_refused_with_a_sentence() -> None:
    (one, other), *_ = gate(World(rounds=1), np.random.default_rng(1))
    object.__setattr__(other, "bounds", other.bounds * 1.01)
    with pytest.raises(UserError, match="share 0 of"):
        to_shared_bounds([one, other])
