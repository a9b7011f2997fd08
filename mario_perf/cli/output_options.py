"""Options of the commands that write reports; what they say is made from the registry of formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import click

from mario_perf.reports.formats import FORMATS, FORMATS_BY_ENDING
from mario_perf.reports.outputs import Output

if TYPE_CHECKING:
    from collections.abc import Callable

_Function = TypeVar("_Function", bound="Callable[..., object]")

ALWAYS: Final = " and ".join(one.name for one in FORMATS.values() if one.always)

FORMAT_HELP: Final = (
    "Write one more format into the run's folder: "
    f"{', '.join(one.file for one in FORMATS.values() if not one.always)}. "
    f"{ALWAYS} are always written. Repeatable."
)
OUTPUT_HELP: Final = (
    "Write one more file. FORMAT= or its ending gives the format "
    f"({' '.join(FORMATS_BY_ENDING)}). Repeatable."
)

_FORMAT = click.option(
    "--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help=FORMAT_HELP
)
_OUTPUT = click.option(
    "--output", "outputs", multiple=True, type=Output.parse, metavar="[FORMAT=]PATH", help=OUTPUT_HELP
)


def output_options(function: _Function) -> _Function:
    return _FORMAT(_OUTPUT(function))
