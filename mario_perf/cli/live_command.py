"""``python -m analysis.live``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from mario_perf.cli.exit_codes import COMMON_EXIT_CODES, ExitCode
from mario_perf.cli.main import run
from mario_perf.configuration import policy_file
from mario_perf.measurement.live import follow

_NICENESS = 10  # of the scheduler's priorities that are given up: the service and the load come first


@click.command(
    epilog=f"""\b
Examples:
  python -m analysis.live runs/ID

{COMMON_EXIT_CODES}"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--policy", type=click.Path(path_type=Path), help="Default: perf.toml, if there is one.")
def live(folder: Path, policy: Path | None) -> ExitCode:
    """Follow the run in FOLDER while it is recorded.

    Prints a line of JSON for each new scrape:
    {"operations": [{"side", "name", "p95", "rate", "error_ratio"}]} over the last seconds. p95 is in seconds,
    rate in executions a second, error_ratio the share that failed. Ends with the run, or with its standard
    input: when the process that started it is gone.
    """
    os.nice(_NICENESS)
    try:
        for operations in follow(folder, policy_file.load(policy).metrics):
            sys.stdout.write(json.dumps({"operations": operations}) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:
        return ExitCode.INTERRUPTED
    return ExitCode.PASS


def main() -> int:
    """Follow a run, and return the exit code."""
    return run(live, "python -m analysis.live", sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
