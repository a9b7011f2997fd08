"""``python -m benchmarks.forecast``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks import page
from benchmarks.forecast.coverage import real, simulated
from benchmarks.trend import labelled

if TYPE_CHECKING:
    from benchmarks.forecast.coverage import Predictions

HEAD = (
    "| series | slope | level ahead | Theil-Sen's slope | next values | width of their range |",
    "|---|---|---|---|---|---|",
)
DEPENDENCE = (0.0, 0.3, 0.6, 0.8)


@click.command()
@click.option("--count", default=600, show_default=True, help="Number of simulated series of each kind.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    help="Folder of labelled series, with a labels.csv. Repeatable.",
)
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(count: int, data: tuple[Path, ...], into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """Count how often 90 % intervals of forecasts hold the truth."""
    rows = [_row(count, each) for each in DEPENDENCE]
    for folder in data:
        series = labelled.from_folder(folder)
        quiet = [each for each in series if not each.labels]
        for name, chosen in (("quiet", quiet), ("all", series)):
            rows.append(
                f"| {folder.name}, {name} ({len(chosen)}) | - | - | - | {_predictions(real(chosen))} |"
            )
    text = "\n".join((*HEAD, *rows))
    click.echo(text)
    if into_page:
        page.write("forecast", text)


def _row(count: int, dependence: float) -> str:
    one = simulated(count, dependence)
    shares = (f"{each / one.count:.1%}" for each in (one.slopes, one.lines, one.plain_slopes))
    cells = " | ".join((*shares, _predictions(one.predictions)))
    return f"| simulated ({count}), neighbours {dependence:.1f} dependent | {cells} |"


def _predictions(one: Predictions) -> str:
    return f"{one.held / one.count:.1%} of {one.count:,} | {one.width:.2f}"


if __name__ == "__main__":
    main()
