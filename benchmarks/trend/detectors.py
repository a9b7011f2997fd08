"""Ours and its peers: series in, indices of change points and seconds of CPU out."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from mario_perf.history.change_points.segmentation import change_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.trend.labelled import LabelledSeries

OTAVA = Path(__file__).with_name("otava_peer.py")
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Answers:
    """Change points of each series, and the CPU time for each."""

    indices: tuple[tuple[int, ...], ...]
    seconds: tuple[float, ...]


def never(series: Sequence[LabelledSeries]) -> Answers:
    """What no alarm at all scores."""
    return Answers(tuple(() for _ in series), tuple(0.0 for _ in series))


def ours(series: Sequence[LabelledSeries]) -> Answers:
    """Without groups, as the peers."""
    timed = [_timed(each) for each in series]
    return Answers(tuple(indices for indices, _ in timed), tuple(seconds for _, seconds in timed))


def _timed(series: LabelledSeries) -> tuple[tuple[int, ...], float]:
    began = process_time()
    indices = change_points(series.values)
    return tuple(each.index for each in indices), process_time() - began


def otava(series: Sequence[LabelledSeries]) -> Answers | None:
    """Apache Otava with its defaults, in an environment of its own; None where it cannot be installed."""
    command = ["uv", "run", "--no-project", "--quiet", "--with", "apache-otava", "python", str(OTAVA)]
    text = json.dumps([each.values.tolist() for each in series])
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        return None
    answers = json.loads(done.stdout)
    return Answers(tuple(tuple(each) for each in answers["found"]), tuple(answers["seconds"]))
