"""``mario-perf runs``."""

from __future__ import annotations

from pathlib import Path

import click

from mario_perf import message_lines, runs
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.reports import outputs, run_list, runs_page, terminal_report


@click.command(
    "runs",
    epilog=f"""\b
Examples:
  mario-perf runs
  mario-perf runs --most 50
  mario-perf runs --html      a page with links to the reports

{COMMON_EXIT_CODES}""",
)
@click.option(
    "--runs-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=runs.LATEST.parent,
    show_default=True,
    help="Folder of the runs.",
)
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Most runs to list.")
@click.option("--html", is_flag=True, help="Write index.html with links to all reports into the folder, too.")
def list_runs(runs_dir: Path, most: int, html: bool) -> None:  # noqa: FBT001 - a command's flag
    """List gates and load tests, the newest first.

    Shows how each ended, what changed most, and the commits. report and compare take a run by its id, or by
    the beginning of it.
    """
    folders = runs.folders(runs_dir)
    if not folders:
        message_lines.say(f"no runs in {runs_dir}/ yet; mario-perf gate makes one")
        return
    console = terminal_report.stdout()
    found = [(each.name, run_list.glance(each)) for each in folders[:most]]
    for row in run_list.rows(found, console.width):
        console.print(row, no_wrap=True, crop=False, overflow="ignore")
    if html:
        page = runs_dir / "index.html"
        outputs.remove_link(page)
        outputs.write_text(page, runs_page.render(found))
        message_lines.say(f"index: {page}")
    if left := len(folders) - len(found):
        message_lines.say(f"and {left} older; give --most")
