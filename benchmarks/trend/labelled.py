"""Labelled series: of a folder with CSV files and ``labels.csv``, or simulated."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.trend.noisy_series import noisy_series

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEED = 11


@dataclass(frozen=True, slots=True)
class LabelledSeries:
    """A series, the build of each value, and the indices at which new levels begin."""

    name: str
    values: Floats
    groups: tuple[object, ...]
    labels: tuple[int, ...]


def from_folder(folder: Path) -> list[LabelledSeries]:
    """Files as SAP published them: ``labels.csv``, and one CSV a series.

    The label is the last index before the change, counted from 1; 0 is none.
    """
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [_read(folder / row["Dataset"], int(row["Change Point"])) for row in rows]


def _read(path: Path, label: int) -> LabelledSeries:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    values = np.array([float(row["Measurement"]) for row in rows])
    return LabelledSeries(path.stem, values, tuple(row["GHC"] for row in rows), (label,) if label else ())


def simulated(count: int, seed: int = SEED) -> list[LabelledSeries]:
    """Noise of many kinds; about one third of the series are quiet."""
    random = np.random.default_rng(seed)
    return [LabelledSeries(f"simulated {number}", *noisy_series(random)) for number in range(count)]
