"""Scores of change points against labels.

Source: G. J. J. van den Burg and C. K. I. Williams, "An Evaluation of Change Point Detection Algorithms",
arXiv 2003.06222 (2020): F1 of one annotator, with a margin of 5 values, and the first value always a
change point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MARGIN = 5


def f1_score(labels: Collection[int], indices: Collection[int]) -> float:
    """F1 of indices at which new levels begin. Two empty collections agree: 1."""
    true, answered = sorted({0, *labels}), {0, *indices}
    matched = _matched(true, answered)
    return 2 * matched / (len(true) + len(answered))


def _matched(true: list[int], answered: set[int]) -> int:
    """Number of labels with an answer of their own within the margin."""
    unused, count = set(answered), 0
    for label in true:
        near = [index for index in unused if abs(index - label) <= MARGIN]
        if near:
            unused.remove(min(near, key=lambda index: abs(index - label)))
            count += 1
    return count
