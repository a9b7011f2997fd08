"""``mario-perf report``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mario_perf import runs
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.cli.output_options import output_options
from mario_perf.reports import report_reading
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.outputs import deliver

if TYPE_CHECKING:
    from mario_perf.reports.outputs import Output


@click.command(
    epilog=f"""\b
Examples:
  mario-perf report                        the latest run
  mario-perf report 20261123T160612Z-5e1d  another, by its id
  mario-perf report latest --open          in the browser
  mario-perf report 20261123 --format markdown

{COMMON_EXIT_CODES}"""
)
@click.argument("run", default="latest")
@click.option("--open", "in_browser", is_flag=True, help="Open the HTML report in the browser.")
@output_options
def report(run: str, *, in_browser: bool, formats: tuple[str, ...], outputs: tuple[Output, ...]) -> None:
    """Write the report of a gate or a load test again.

    RUN is a folder, an id, or the beginning of one. Nothing is judged again: mario-perf compare does that.
    """
    folder = runs.find(run).resolve()
    deliver(report_reading.read(folder / FORMATS["json"].file), folder, formats, outputs)
    if in_browser:
        click.launch(str(folder / FORMATS["html"].file))
