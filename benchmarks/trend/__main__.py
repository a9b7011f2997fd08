"""``python -m benchmarks.trend``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from benchmarks import page
from benchmarks.trend import detectors, labelled
from benchmarks.trend.scoring import f1_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.trend.detectors import Answers
    from benchmarks.trend.labelled import LabelledSeries

HEAD = (
    "| series | detector | F1 | quiet series flagged | CPU, median | CPU, longest |",
    "|---|---|---|---|---|---|",
)
LONG = 10_000


@click.command()
@click.option("--count", default=400, show_default=True, help="Number of simulated series.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Folder of labelled series, with a labels.csv. Repeatable.",
)
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(count: int, data: tuple[Path, ...], into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """Score change points: TCPD's F1 with a margin of 5, and quiet series that are flagged."""
    sets = {"simulated": labelled.simulated(count)}
    sets |= {folder.name: labelled.from_folder(folder) for folder in data}
    sets["10,000 values"] = [_long()]
    text = "\n".join([*HEAD, *(line for name, series in sets.items() for line in _rows(name, series))])
    click.echo(text)
    if into_page:
        page.write("trend", text)


def _long() -> LabelledSeries:
    random = np.random.default_rng(labelled.SEED)
    values = 100 * np.exp(0.02 * random.normal(size=LONG))
    values[LONG // 3 :] *= 1.1
    return labelled.LabelledSeries("long", values, tuple(range(LONG)), (LONG // 3,))


def _rows(name: str, series: Sequence[LabelledSeries]) -> list[str]:
    answers_by_name = {
        "mario-perf": detectors.ours(series),
        "Apache Otava, defaults": detectors.otava(series),
        "never alerts": detectors.never(series),
    }
    return [_row(name, detector, series, answers) for detector, answers in answers_by_name.items() if answers]


def _row(name: str, detector: str, series: Sequence[LabelledSeries], answers: Answers) -> str:
    score = np.mean(
        [f1_score(each.labels, indices) for each, indices in zip(series, answers.indices, strict=True)]
    )
    quiet = [bool(indices) for each, indices in zip(series, answers.indices, strict=True) if not each.labels]
    times = 1000 * np.array(answers.seconds)
    flagged = f"{sum(quiet)} of {len(quiet)}" if quiet else "-"
    return (
        f"| {name} ({len(series)}) | {detector} | {score:.3f} | {flagged} "
        f"| {np.median(times):.0f} ms | {times.max():.0f} ms |"
    )


if __name__ == "__main__":
    main()
