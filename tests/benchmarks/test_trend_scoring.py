from __future__ import annotations

import pytest

from benchmarks.trend.scoring import f1_score


@pytest.mark.parametrize(
    ("labels", "found", "score"),
    [
        ((), (), 1),
        ((50,), (50,), 1),
        ((50,), (55,), 1),
        ((50,), (56,), 1 / 2),
        ((50,), (), 2 / 3),
        ((), (50,), 2 / 3),
        ((50,), (48, 51), 4 / 5),
        ((50, 52), (51,), 4 / 5),
    ],
)
def test_f1_counts_the_first_value_and_matches_within_the_margin(
    labels: tuple[int, ...], found: tuple[int, ...], score: float
) -> None:
    assert f1_score(labels, found) == pytest.approx(score)
