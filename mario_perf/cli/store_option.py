"""``--store``: where the history is."""

from __future__ import annotations

import click

from mario_perf.history.store import FORMS
from mario_perf.history.store_address import FILE, VARIABLE

store_option = click.option(
    "--store",
    "where",
    metavar="STORE",
    help=f"The history: {FORMS}. Default: the value of {VARIABLE}, or runs/{FILE}.",
)
