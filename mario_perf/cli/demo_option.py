"""The option that asks for the built-in pizzeria."""

from __future__ import annotations

import click

demo_option = click.option(
    "--demo",
    is_flag=True,
    help="Take the pizzeria of this installation: no service of your own, perf.toml or git is needed.",
)
