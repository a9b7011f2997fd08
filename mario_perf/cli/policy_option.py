"""``--policy`` on the command line."""

from __future__ import annotations

from pathlib import Path

import click

policy_option = click.option(
    "--policy",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The policy. Default: perf.toml, if it exists.",
)
