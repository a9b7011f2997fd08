"""The option that asks for the built-in pizzeria."""

from __future__ import annotations

import click

demo_option = click.option(
    "--demo",
    is_flag=True,
    help="Use the built-in pizzeria. Needs no service of your own, no perf.toml and no git.",
)
